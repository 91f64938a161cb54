import type { Texts } from '../texts.js';
import { countedBy } from '../plurals.js';

const counted = countedBy('fr');

export const common: Texts['common'] = {
  loading: 'Chargement…',
  tryAgain: 'Réessayer',
  cancel: 'Annuler',
  back: 'Retour',
  working: 'Un instant…',
  retryIn: (time) => `Nouvel essai dans ${time}`,
  requestId: (id) => `Requête ${id}`,
  signInAgain:
    'Votre connexion date d’un moment. Déconnectez-vous, reconnectez-vous, et faites-le juste après.',
  frozenUntil: (moment) =>
    `Tout a été arrêté par le lien d’un avis : rien ne peut être modifié avant le ${moment}. Vous pouvez vous connecter comme avant.`,
};

export const settings: Texts['settings'] = {
  title: 'Authentification à deux facteurs',
  on: 'Activée',
  off: 'Désactivée',
  offText:
    'Un mot de passe peut être deviné ou volé. Avec une seconde étape, la connexion demande aussi un code de votre téléphone ou une clé d’accès.',
  turnOn: 'Activer',
  turnOnWithPasskey: 'Utiliser une clé d’accès',
  pendingText:
    'Vous avez commencé l’activation sans la terminer : rien n’a changé. Si vous avez déjà scanné un code QR, supprimez cette entrée de votre application ; l’activation vous en donne un nouveau.',
  onSince: (date) => `Depuis le ${date}`,
  replace: 'Remplacer le téléphone',
  backupCodes: 'Codes de secours',
  codesLeft: (remaining, total) =>
    counted(remaining, {
      one: `${remaining} restant sur ${total}`,
      other: `${remaining} restants sur ${total}`,
    }),
  codesFew: (remaining) =>
    remaining === 0
      ? 'Il ne vous reste aucun code de secours. Sans votre téléphone ou votre clé d’accès, vous ne pourriez pas vous connecter. Obtenez-en de nouveaux maintenant.'
      : counted(remaining, {
          one: 'Il ne vous reste qu’un code de secours. Obtenez-en de nouveaux avant d’en avoir besoin.',
          other: `Il ne vous reste que ${remaining} codes de secours. Obtenez-en de nouveaux avant d’en avoir besoin.`,
        }),
  newCodes: 'Nouveaux codes',
  turnOff: 'Désactiver',
  recoveryTitle: 'Connexion effectuée avec un code de secours',
  recoveryText: (time) =>
    `Si votre téléphone est perdu, remplacez-le maintenant. Aucun second code n’est nécessaire jusqu’à ${time}.`,
  recoveryStart: 'Remplacer le téléphone perdu',
  unsavedTitle: 'Vos codes de secours ne sont peut-être pas conservés',
  unsavedText:
    'Vous n’avez pas confirmé qu’ils étaient en lieu sûr, et nous ne pouvons pas les afficher de nouveau. Obtenez-en dix nouveaux ; les anciens ne seront plus valables.',
  getNewCodes: 'Obtenir de nouveaux codes',
  savedAlready: 'Ils sont conservés',
  signedOutTitle: 'Votre session est terminée',
  signedOutText: 'Connectez-vous de nouveau pour voir et modifier vos paramètres de sécurité.',
  signIn: 'Se reconnecter',
  failedTitle: 'Le chargement a échoué',
};

export const authenticators: Texts['authenticators'] = {
  types: { totp: 'Application d’authentification', passkey: 'Clé d’accès' },
  lastUsed: (date) => `dernière utilisation le ${date}`,
  neverUsed: 'pas encore utilisé',
  change: 'Modifier',
  changeNamed: (name) => `Modifier ${name}`,
  addApp: 'Ajouter une application',
  addPasskey: 'Ajouter une clé d’accès',
  noPasskeysHere:
    'Pour ajouter une clé d’accès, ouvrez cette page dans un navigateur qui les prend en charge.',
  name: 'Nom',
  nameHint: 'Personne d’autre ne le voit.',
  nameOptionalHint:
    'Par exemple « Téléphone du bureau ». Personne d’autre ne le voit, et il peut rester vide.',
  nameMissing: 'Saisissez un nom.',
  rename: 'Enregistrer le nom',
  lastText:
    'C’est le seul élément de votre compte. Pour vous en passer, désactivez l’authentification à deux facteurs.',
  remove: 'Supprimer',
  removeTitle: (name) => `Supprimer « ${name} » ?`,
  removeText:
    'Il ne permettra plus de vous connecter ; les autres et vos codes de secours restent. Confirmez votre identité.',
  chooseTitle: 'Lequel remplacez-vous ?',
  chooseText: 'Il reste valable jusqu’à la confirmation du nouveau. Les autres ne changent pas.',
  addAppTitle: 'Ajouter une application d’authentification',
  addAppText:
    'Un second téléphone ou une tablette, en plus de ce que vous avez. Vos codes de secours restent valables.',
  next: 'Continuer',
  addPasskeyTitle: 'Ajouter une clé d’accès',
  addPasskeyText:
    'Elle est gardée par cet appareil, votre téléphone, un gestionnaire de mots de passe ou une clé de sécurité, et aucune page ne peut vous la soutirer.',
  createPasskey: 'Créer une clé d’accès',
};

export const done: Texts['done'] = {
  enabledByPasskey:
    'L’authentification à deux facteurs est activée. Désormais, la connexion demande aussi votre clé d’accès.',
  appAdded: 'Votre autre application est configurée. Les codes de chacune sont valables.',
  passkeyAdded: 'Votre clé d’accès est ajoutée. Désormais, la connexion demande d’abord une clé d’accès.',
  renamed: (name) => `Le nom est maintenant « ${name} ».`,
  removed: (name) => `« ${name} » a été supprimé.`,
  enabled:
    'L’authentification à deux facteurs est activée. Désormais, la connexion demande aussi votre téléphone.',
  replaced: 'Votre nouveau téléphone est configuré. Les codes de l’ancien ne sont plus valables.',
  codesDrawn: 'Vos nouveaux codes de secours sont prêts. Les anciens ne sont plus valables.',
  disabled:
    'L’authentification à deux facteurs est désactivée. Vous pouvez supprimer l’entrée de votre application.',
};

export const trustedDevices: Texts['trustedDevices'] = {
  title: 'Appareils fiables',
  text: 'Sur ceux-ci, un mot de passe suffit pour se connecter, jusqu’à la date indiquée.',
  thisDevice: 'cet appareil',
  lastUsed: (date) => `dernière connexion le ${date}`,
  until: (date) => `jusqu’au ${date}`,
  remove: 'Ne plus faire confiance',
  removeNamed: (name) => `Ne plus faire confiance à ${name}`,
  removeAll: 'Ne plus faire confiance à aucun',
  removed: 'Désormais, la seconde étape est de nouveau demandée sur cet appareil.',
  removedAll: 'Désormais, la seconde étape est de nouveau demandée sur tous les appareils.',
};
