import type { Texts } from '../texts.js';

export const challenge: Texts['challenge'] = {
  title: 'Code vom Telefon eingeben',
  text: 'Öffnen Sie Ihre Authenticator-App und tippen Sie die sechs Ziffern ab, die sie für dieses Konto zeigt.',
  passkeyTitle: 'Passkey verwenden',
  passkeyText:
    'Bestätigen Sie mit dem Gerät, Passwortmanager oder Sicherheitsschlüssel, den Sie diesem Konto hinzugefügt haben.',
  passkeySubmit: 'Passkey verwenden',
  backupTitle: 'Ersatzcode eingeben',
  backupText: 'Einer der Codes, die Sie beim Einschalten gesichert haben. Jeder gilt einmal.',
  submit: 'Anmelden',
  expiredTitle: 'Diese Anmeldung ist abgelaufen',
  expiredText: 'Sie hat zu lange gedauert. Geben Sie Ihr Passwort noch einmal ein.',
  usedUpText: 'Es waren zu viele falsche Codes. Geben Sie Ihr Passwort noch einmal ein.',
  endedText: 'Sie gilt nicht mehr. Geben Sie Ihr Passwort noch einmal ein.',
  restart: 'Zurück zum Passwort',
  otherAccount: 'Anderes Konto verwenden',
  lostAll: 'Weder Telefon, Passkey noch Ersatzcodes? Dann kann nur der Support dieses Dienstes helfen.',
  trust: (days) =>
    days === 1
      ? 'Auf diesem Gerät einen Tag lang nicht mehr fragen'
      : `Auf diesem Gerät ${days} Tage lang nicht mehr fragen`,
  trustHint: 'Hier genügt dann Ihr Passwort. Nur für ein Gerät, das niemand sonst benutzt.',
};

export const proof: Texts['proof'] = {
  replaceTitle: 'Telefon ersetzen',
  replaceText: 'Zeigen Sie zuerst, dass Sie es sind. Ist das Telefon weg, nehmen Sie einen Ersatzcode.',
  replaceSubmit: 'Weiter',
  codesTitle: 'Neue Ersatzcodes holen',
  codesText:
    'Sie bekommen zehn neue Codes, die alten gelten dann nicht mehr. Bestätigen Sie, dass Sie es sind.',
  codesSubmit: 'Neue Codes holen',
  disableTitle: 'Zwei-Faktor-Anmeldung ausschalten?',
  disableText:
    'Ihr Konto ist dann nur noch durch das Passwort geschützt, und Ihre Ersatzcodes gelten nicht mehr. Bestätigen Sie, dass Sie es sind.',
  disableSubmit: 'Ausschalten',
  addText:
    'Zeigen Sie zuerst, dass Sie es sind. Haben Sie nichts davon zur Hand, nehmen Sie einen Ersatzcode.',
  withoutPasskey: 'Kein Passkey zur Hand? Erst mit einem Ersatzcode einen weiteren hinzufügen',
  withoutPhone: 'Kein Telefon? Erst mit einem Ersatzcode ersetzen',
};

export const form: Texts['form'] = {
  code: 'Sechsstelliger Code',
  codeHint: 'Aus Ihrer Authenticator-App',
  codeMalformed: 'Der Code hat sechs Ziffern.',
  backupCode: 'Ersatzcode',
  backupCodeHint: 'Drei Gruppen zu fünf; Großschreibung und Striche sind egal',
  backupCodeMalformed: 'Ein Ersatzcode hat drei Gruppen zu fünf Buchstaben und Ziffern.',
  password: 'Ihr Passwort',
  passwordHint: 'Ihre Anmeldung liegt länger zurück, darum fragen wir noch einmal.',
  passwordWrong: 'Dieses Passwort stimmt nicht.',
  useBackupCode: 'Stattdessen einen Ersatzcode nehmen',
  usePasskey: 'Stattdessen einen Passkey nehmen',
  passkeyHint: 'Ihr Browser fragt nach Fingerabdruck, Gesicht, PIN oder Sicherheitsschlüssel.',
  noPasskeys:
    'Dieser Browser kann Ihren Passkey hier nicht verwenden. Nehmen Sie einen anderen Browser, ein anderes Gerät oder einen anderen Weg.',
  useCode: 'Stattdessen einen Code vom Telefon nehmen',
  locked: (time) => `Zu viele falsche Versuche. Zum Schutz des Kontos geht es erst in ${time} weiter.`,
  limited: (time) => `Zu viele Anfragen. In ${time} geht es weiter.`,
  lockOver: 'Sie können es jetzt wieder versuchen.',
  codeRefusedHint:
    'Jeder Code gilt nur einmal: Haben Sie ihn gerade benutzt, warten Sie, bis die App den nächsten zeigt. Geht auch der nicht, lassen Sie Ihr Telefon die Uhrzeit selbst stellen.',
  backupCodeRefusedHint: 'Jeder Ersatzcode gilt nur einmal, und neue Codes ersetzen die alten.',
};

export const stepUp: Texts['stepUp'] = {
  title: 'Bestätigen Sie, dass Sie es sind',
  text: 'Was Sie gerade vorhaben, fragt noch einmal nach dem zweiten Schritt.',
  submit: 'Bestätigen',
  lackTitle: 'Dafür braucht es mehr',
  lackPasskey:
    'Das lässt sich nur mit einem Passkey bestätigen, und Ihr Konto hat keinen. Fügen Sie in den Sicherheitseinstellungen einen hinzu.',
  lackAny:
    'Ihr Konto hat nichts, womit es sich bestätigen ließe. Schalten Sie in den Sicherheitseinstellungen die Zwei-Faktor-Anmeldung ein.',
  close: 'Schließen',
};
