import type { Texts } from '../texts.js';

export const common: Texts['common'] = {
  loading: 'Wird geladen …',
  tryAgain: 'Noch einmal versuchen',
  cancel: 'Abbrechen',
  back: 'Zurück',
  working: 'Einen Moment …',
  retryIn: (time) => `Neuer Versuch in ${time}`,
  requestId: (id) => `Anfrage ${id}`,
  signInAgain:
    'Ihre Anmeldung liegt länger zurück. Melden Sie sich ab und wieder an, und tun Sie dies gleich danach.',
  frozenUntil: (moment) =>
    `Über den Link in einer Benachrichtigung wurde alles angehalten: Bis ${moment} lässt sich nichts ändern. Anmelden können Sie sich wie bisher.`,
};

export const settings: Texts['settings'] = {
  title: 'Zwei-Faktor-Anmeldung',
  on: 'Ein',
  off: 'Aus',
  offText:
    'Ein Passwort kann erraten oder gestohlen werden. Mit einem zweiten Schritt braucht die Anmeldung auch einen Code von Ihrem Telefon oder einen Passkey.',
  turnOn: 'Einschalten',
  turnOnWithPasskey: 'Passkey verwenden',
  pendingText:
    'Sie haben das Einschalten begonnen, aber nicht beendet; geändert hat sich nichts. Haben Sie schon einen QR-Code gescannt, löschen Sie den Eintrag in der App: Beim Einschalten gibt es einen neuen.',
  onSince: (date) => `Seit ${date}`,
  replace: 'Telefon ersetzen',
  backupCodes: 'Ersatzcodes',
  codesLeft: (remaining, total) => `noch ${remaining} von ${total}`,
  codesFew: (remaining) =>
    remaining === 0
      ? 'Sie haben keine Ersatzcodes mehr. Ohne Telefon oder Passkey könnten Sie sich nicht anmelden. Holen Sie jetzt neue.'
      : `Nur noch ${remaining === 1 ? 'ein Ersatzcode' : `${remaining} Ersatzcodes`} übrig. Holen Sie neue, bevor Sie sie brauchen.`,
  newCodes: 'Neue Codes',
  turnOff: 'Ausschalten',
  recoveryTitle: 'Sie haben sich mit einem Ersatzcode angemeldet',
  recoveryText: (time) =>
    `Ist Ihr Telefon verloren, ersetzen Sie es jetzt. Bis ${time} braucht es dafür keinen zweiten Code.`,
  recoveryStart: 'Verlorenes Telefon ersetzen',
  unsavedTitle: 'Ihre Ersatzcodes sind vielleicht nicht gesichert',
  unsavedText:
    'Sie sind gegangen, bevor Sie sie als gesichert bestätigt haben, und wir können sie nicht noch einmal zeigen. Holen Sie zehn neue; die alten gelten dann nicht mehr.',
  getNewCodes: 'Neue Codes holen',
  savedAlready: 'Ich habe sie gesichert',
  signedOutTitle: 'Ihre Sitzung ist beendet',
  signedOutText: 'Melden Sie sich neu an, um Ihre Sicherheitseinstellungen zu sehen und zu ändern.',
  signIn: 'Neu anmelden',
  failedTitle: 'Das konnte nicht geladen werden',
};

export const authenticators: Texts['authenticators'] = {
  types: { totp: 'Authenticator-App', passkey: 'Passkey' },
  lastUsed: (date) => `zuletzt benutzt am ${date}`,
  neverUsed: 'noch nicht benutzt',
  change: 'Ändern',
  changeNamed: (name) => `${name} ändern`,
  addApp: 'App hinzufügen',
  addPasskey: 'Passkey hinzufügen',
  noPasskeysHere: 'Um einen Passkey hinzuzufügen, öffnen Sie diese Seite in einem Browser, der Passkeys hat.',
  name: 'Name',
  nameHint: 'Nur Sie sehen ihn.',
  nameOptionalHint: 'Zum Beispiel „Diensttelefon“. Nur Sie sehen ihn, und er darf leer bleiben.',
  nameMissing: 'Geben Sie einen Namen ein.',
  rename: 'Namen sichern',
  lastText:
    'Ihr Konto hat nur diesen Eintrag. Um ohne ihn zu sein, schalten Sie die Zwei-Faktor-Anmeldung aus.',
  remove: 'Entfernen',
  removeTitle: (name) => `„${name}“ entfernen?`,
  removeText:
    'Damit können Sie sich dann nicht mehr anmelden; alles andere und Ihre Ersatzcodes bleiben. Bestätigen Sie, dass Sie es sind.',
  chooseTitle: 'Welches Telefon ersetzen Sie?',
  chooseText: 'Es gilt weiter, bis das neue bestätigt ist. Die anderen bleiben, wie sie sind.',
  addAppTitle: 'Authenticator-App hinzufügen',
  addAppText: 'Ein zweites Telefon oder Tablet neben dem, was Sie haben. Ihre Ersatzcodes bleiben.',
  next: 'Weiter',
  addPasskeyTitle: 'Passkey hinzufügen',
  addPasskeyText:
    'Ihn bewahrt dieses Gerät, Ihr Telefon, ein Passwortmanager oder ein Sicherheitsschlüssel, und keine Seite kann ihn Ihnen entlocken.',
  createPasskey: 'Passkey erstellen',
};

export const done: Texts['done'] = {
  enabledByPasskey:
    'Die Zwei-Faktor-Anmeldung ist eingeschaltet. Ab jetzt braucht die Anmeldung auch Ihren Passkey.',
  appAdded: 'Ihre weitere App ist eingerichtet. Die Codes von jeder gelten.',
  passkeyAdded: 'Ihr Passkey ist hinzugefügt. Ab jetzt fragt die Anmeldung zuerst nach einem Passkey.',
  renamed: (name) => `Der Name ist jetzt „${name}“.`,
  removed: (name) => `„${name}“ ist entfernt.`,
  enabled: 'Die Zwei-Faktor-Anmeldung ist eingeschaltet. Ab jetzt braucht die Anmeldung auch Ihr Telefon.',
  replaced: 'Ihr neues Telefon ist eingerichtet. Codes vom alten gelten nicht mehr.',
  codesDrawn: 'Ihre neuen Ersatzcodes sind bereit. Die alten gelten nicht mehr.',
  disabled: 'Die Zwei-Faktor-Anmeldung ist ausgeschaltet. Den Eintrag in der App können Sie löschen.',
};

export const trustedDevices: Texts['trustedDevices'] = {
  title: 'Vertraute Geräte',
  text: 'Auf diesen genügt zur Anmeldung das Passwort, bis zu dem Tag, der dabei steht.',
  thisDevice: 'dieses Gerät',
  lastUsed: (date) => `letzte Anmeldung am ${date}`,
  until: (date) => `bis ${date}`,
  remove: 'Nicht mehr vertrauen',
  removeNamed: (name) => `${name} nicht mehr vertrauen`,
  removeAll: 'Keinem mehr vertrauen',
  removed: 'Dieses Gerät wird ab jetzt wieder gefragt.',
  removedAll: 'Jedes Gerät wird ab jetzt wieder gefragt.',
};
