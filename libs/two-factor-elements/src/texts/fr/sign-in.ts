import type { Texts } from '../texts.js';
import { countedBy } from '../plurals.js';

const counted = countedBy('fr');

export const challenge: Texts['challenge'] = {
  title: 'Saisissez le code de votre téléphone',
  text: 'Ouvrez votre application d’authentification et saisissez les six chiffres qu’elle affiche pour ce compte.',
  passkeyTitle: 'Utilisez votre clé d’accès',
  passkeyText:
    'Confirmez avec l’appareil, le gestionnaire de mots de passe ou la clé de sécurité que vous avez ajouté à ce compte.',
  passkeySubmit: 'Utiliser la clé d’accès',
  backupTitle: 'Saisissez un code de secours',
  backupText:
    'L’un des codes que vous avez conservés lors de l’activation de l’authentification à deux facteurs. Chacun sert une seule fois.',
  submit: 'Se connecter',
  expiredTitle: 'Cette connexion a expiré',
  expiredText: 'Elle a pris trop de temps. Saisissez de nouveau votre mot de passe pour continuer.',
  usedUpText: 'Il y a eu trop de codes incorrects. Saisissez de nouveau votre mot de passe pour continuer.',
  endedText: 'Elle n’est plus valable. Saisissez de nouveau votre mot de passe pour continuer.',
  restart: 'Retour au mot de passe',
  otherAccount: 'Utiliser un autre compte',
  lostAll:
    'Ni téléphone, ni clé d’accès, ni codes de secours ? Seule l’assistance de ce service peut alors vous aider.',
  trust: (days) =>
    counted(days, {
      one: 'Ne plus demander sur cet appareil pendant un jour',
      other: `Ne plus demander sur cet appareil pendant ${days} jours`,
    }),
  trustHint:
    'Votre mot de passe suffit alors ici. Uniquement pour un appareil que personne d’autre n’utilise.',
};

export const proof: Texts['proof'] = {
  replaceTitle: 'Remplacer votre téléphone',
  replaceText:
    'Confirmez d’abord votre identité. Si vous n’avez plus votre téléphone, utilisez un code de secours.',
  replaceSubmit: 'Continuer',
  codesTitle: 'Obtenir de nouveaux codes de secours',
  codesText:
    'Vous obtenez dix nouveaux codes, et les anciens ne sont plus valables. Confirmez votre identité.',
  codesSubmit: 'Obtenir de nouveaux codes',
  disableTitle: 'Désactiver l’authentification à deux facteurs ?',
  disableText:
    'Votre compte ne sera plus protégé que par votre mot de passe, et vos codes de secours ne seront plus valables. Confirmez votre identité.',
  disableSubmit: 'Désactiver',
  addText:
    'Confirmez d’abord votre identité. Si vous n’avez rien d’autre sous la main, utilisez un code de secours.',
  withoutPasskey: 'Pas de clé d’accès sous la main ? Ajoutez-en d’abord une autre avec un code de secours',
  withoutPhone: 'Pas de téléphone ? Remplacez-le d’abord avec un code de secours',
};

export const form: Texts['form'] = {
  code: 'Code à six chiffres',
  codeHint: 'Affiché par votre application d’authentification',
  codeMalformed: 'Le code comporte six chiffres.',
  backupCode: 'Code de secours',
  backupCodeHint: 'Trois groupes de cinq ; majuscules et tirets sont sans importance',
  backupCodeMalformed: 'Un code de secours comporte trois groupes de cinq lettres et chiffres.',
  password: 'Votre mot de passe',
  passwordHint: 'Votre connexion date d’un moment : nous le demandons encore une fois.',
  passwordWrong: 'Ce mot de passe est incorrect.',
  useBackupCode: 'Utiliser plutôt un code de secours',
  usePasskey: 'Utiliser plutôt une clé d’accès',
  passkeyHint:
    'Votre navigateur demande votre empreinte, votre visage, votre code PIN ou votre clé de sécurité.',
  noPasskeys:
    'Ce navigateur ne peut pas utiliser votre clé d’accès ici. Prenez un autre navigateur ou appareil, ou un autre moyen.',
  useCode: 'Utiliser plutôt un code du téléphone',
  locked: (time) =>
    `Trop de tentatives incorrectes. Pour protéger le compte, vous pourrez réessayer dans ${time}.`,
  limited: (time) => `Trop de requêtes. Vous pourrez réessayer dans ${time}.`,
  lockOver: 'Vous pouvez réessayer maintenant.',
  codeRefusedHint:
    'Un code ne sert qu’une fois : si vous venez de l’utiliser, attendez que votre application affiche le suivant. Si celui-ci échoue aussi, activez le réglage automatique de l’heure sur votre téléphone.',
  backupCodeRefusedHint:
    'Chaque code de secours ne sert qu’une fois, et les nouveaux codes remplacent les anciens.',
};

export const stepUp: Texts['stepUp'] = {
  title: 'Confirmez votre identité',
  text: 'Ce que vous allez faire demande encore une fois votre seconde étape.',
  submit: 'Confirmer',
  lackTitle: 'Cela demande davantage',
  lackPasskey:
    'Seule une clé d’accès permet de le confirmer, et votre compte n’en a pas. Ajoutez-en une dans vos paramètres de sécurité.',
  lackAny:
    'Votre compte n’a rien qui permette de le confirmer. Activez l’authentification à deux facteurs dans vos paramètres de sécurité.',
  close: 'Fermer',
};
