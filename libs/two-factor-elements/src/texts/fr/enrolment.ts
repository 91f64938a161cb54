import type { Texts } from '../texts.js';

export const steps: Texts['steps'] = {
  label: 'Trois étapes',
  scan: 'Scanner',
  confirm: 'Confirmer',
  save: 'Conserver',
};

export const scan: Texts['scan'] = {
  title: 'Scannez avec votre application d’authentification',
  replaceTitle: 'Scannez avec votre nouveau téléphone',
  text: 'Ouvrez une application d’authentification sur votre téléphone, ajoutez un compte et visez ce code avec l’appareil photo. N’importe quelle application convient.',
  replaceText: 'Votre ancien téléphone reste valable jusqu’à la confirmation du nouveau.',
  staleText:
    'Si vous avez déjà scanné un code QR, supprimez d’abord l’entrée correspondante de votre application.',
  qrAlt:
    'Code QR pour votre application d’authentification. Si vous ne pouvez pas le scanner, utilisez la clé ci-dessous.',
  openApp: 'Ouvrir l’application d’authentification',
  keyLabel: 'Impossible de scanner ? Saisissez cette clé',
  copyKey: 'Copier la clé',
  next: 'Suivant',
  expiredTitle: 'Cela a pris un peu trop de temps',
  elsewhereTitle: 'Configuration recommencée ailleurs',
  elsewhereText:
    'Un autre onglet de ce navigateur a recommencé la configuration d’un téléphone : le code QR affiché ici n’est plus valable. Continuez dans cet onglet, ou recommencez ici.',
  startAgain: 'Recommencer',
};

export const confirm: Texts['confirm'] = {
  title: 'Saisissez le code de votre application',
  text: 'Votre application affiche maintenant six chiffres. Ils prouvent que le code QR a bien été scanné.',
  submit: 'Confirmer',
  refusedHint:
    'Si votre application a plusieurs entrées pour ce compte, prenez la plus récente. Si cela échoue encore, activez le réglage automatique de l’heure sur votre téléphone.',
};

export const save: Texts['save'] = {
  title: 'Conservez vos codes de secours',
  text: 'Chacun de ces codes permet de vous connecter une fois sans votre téléphone. Gardez-les là où vous les retrouveriez si votre téléphone disparaissait.',
  oldDead: 'Vos codes précédents ne sont plus valables.',
  maybeText:
    'La connexion a été coupée pendant la confirmation de votre téléphone. L’activation a très probablement abouti : conservez ces codes avant de vous reconnecter. Si aucun code ne vous est demandé à la connexion, jetez-les et recommencez.',
  listLabel: 'Codes de secours',
  copy: 'Copier',
  copied: 'Copié',
  copyFailed: 'La copie a échoué. Sélectionnez le texte et copiez-le vous-même.',
  download: 'Télécharger',
  print: 'Imprimer',
  proveLabel: 'Les cinq derniers caractères de l’un des codes',
  proveHint: 'Saisissez-les à partir de votre copie : vous vérifiez ainsi que les codes sont en lieu sûr.',
  proveMatches: 'C’est bien cela. Parfait.',
  proveWrong: 'Aucun code ne se termine ainsi.',
  saidSafe: 'Je les ai imprimés ou rangés ailleurs',
  saidSafeHint:
    'Nous ne pouvons pas le vérifier. S’ils manquent le jour où votre téléphone ou votre clé d’accès manque, vous ne pourrez plus vous connecter.',
  done: 'Terminé',
  fileName: 'codes-de-secours',
  fileTitle: 'Codes de secours',
  fileService: 'Service',
  fileAccount: 'Compte',
  fileSet: 'Série',
  fileSetValue: (date, count) => `${count} codes du ${date} ; les précédents ne sont plus valables`,
  fileNote: 'Chaque code sert une seule fois, à la place d’un code du téléphone.',
};

export const enrolment: Texts['enrolment'] = {
  title: 'Configurez une seconde étape pour continuer',
  text: 'Votre organisation la demande. Cela prend une minute, et la connexion se termine aussitôt après.',
  recoveryTitle: 'Configurez une nouvelle seconde étape',
  recoveryText:
    'Elle remplace ce qui est perdu : dès qu’elle est confirmée, l’ancien téléphone, les clés d’accès et les codes de secours ne fonctionnent plus. La connexion se termine aussitôt après.',
  useApp: 'Utiliser une application d’authentification',
  usePasskey: 'Utiliser une clé d’accès',
  due: (date) =>
    `Votre organisation demande une seconde étape. Configurez-la au plus tard le ${date} ; ensuite, la connexion ne sera plus possible sans elle.`,
  duePasskey: (date) =>
    `Votre organisation demande une clé d’accès. Ajoutez-en une au plus tard le ${date} ; ensuite, la connexion ne sera plus possible sans elle.`,
};
