import type { Texts } from '../texts.js';

export const steps: Texts['steps'] = {
  label: 'Drei Schritte',
  scan: 'Scannen',
  confirm: 'Prüfen',
  save: 'Sichern',
};

export const scan: Texts['scan'] = {
  title: 'Mit Ihrer Authenticator-App scannen',
  replaceTitle: 'Mit dem neuen Telefon scannen',
  text: 'Öffnen Sie eine Authenticator-App auf Ihrem Telefon, fügen Sie ein Konto hinzu und halten Sie die Kamera auf den Code. Jede App ist recht.',
  replaceText: 'Ihr altes Telefon gilt weiter, bis das neue bestätigt ist.',
  staleText: 'Haben Sie schon früher einen QR-Code gescannt, löschen Sie zuerst dessen Eintrag in der App.',
  qrAlt:
    'QR-Code für Ihre Authenticator-App. Können Sie ihn nicht scannen, nehmen Sie den Schlüssel darunter.',
  openApp: 'Authenticator-App öffnen',
  keyLabel: 'Scannen geht nicht? Geben Sie diesen Schlüssel ein',
  copyKey: 'Schlüssel kopieren',
  next: 'Weiter',
  expiredTitle: 'Das hat etwas lange gedauert',
  elsewhereTitle: 'Anderswo neu begonnen',
  elsewhereText:
    'Ein anderer Tab dieses Browsers hat das Einrichten neu begonnen; der QR-Code von hier gilt deshalb nicht mehr. Machen Sie dort weiter, oder beginnen Sie hier neu.',
  startAgain: 'Neu beginnen',
};

export const confirm: Texts['confirm'] = {
  title: 'Code aus der App eingeben',
  text: 'Ihre App zeigt jetzt sechs Ziffern. Sie beweisen, dass das Scannen geklappt hat.',
  submit: 'Bestätigen',
  refusedHint:
    'Hat die App mehrere Einträge für dieses Konto, nehmen Sie den neuesten. Geht es dann noch nicht, lassen Sie Ihr Telefon die Uhrzeit selbst stellen.',
};

export const save: Texts['save'] = {
  title: 'Ersatzcodes sichern',
  text: 'Mit jedem dieser Codes können Sie sich einmal ohne Telefon anmelden. Bewahren Sie sie dort auf, wo Sie sie auch ohne Telefon finden.',
  oldDead: 'Frühere Codes gelten nicht mehr.',
  maybeText:
    'Die Verbindung brach ab, während Ihr Telefon bestätigt wurde. Wahrscheinlich ist es eingeschaltet: Sichern Sie diese Codes, bevor Sie sich neu anmelden. Fragt die Anmeldung nicht nach einem Code, werfen Sie sie weg und beginnen Sie neu.',
  listLabel: 'Ersatzcodes',
  copy: 'Kopieren',
  copied: 'Kopiert',
  copyFailed: 'Das Kopieren ging nicht. Markieren Sie den Text und kopieren Sie ihn selbst.',
  download: 'Herunterladen',
  print: 'Drucken',
  proveLabel: 'Die letzten fünf Zeichen irgendeines Codes',
  proveHint: 'Tippen Sie sie dort ab, wo Sie die Codes gesichert haben: So zeigt sich, dass sie sicher sind.',
  proveMatches: 'Das stimmt. Sehr gut.',
  proveWrong: 'So endet keiner der Codes.',
  saidSafe: 'Ich habe sie gedruckt oder anderswo gesichert',
  saidSafeHint:
    'Das können wir nicht prüfen. Fehlen sie, wenn Telefon oder Passkey weg ist, können Sie sich nicht mehr anmelden.',
  done: 'Fertig',
  fileName: 'ersatzcodes',
  fileTitle: 'Ersatzcodes',
  fileService: 'Dienst',
  fileAccount: 'Konto',
  fileSet: 'Satz',
  fileSetValue: (date, count) => `${count} Codes vom ${date}; frühere gelten nicht mehr`,
  fileNote: 'Jeder Code gilt einmal, anstelle eines Codes vom Telefon.',
};

export const enrolment: Texts['enrolment'] = {
  title: 'Richten Sie einen zweiten Schritt ein',
  text: 'Ihre Organisation verlangt das. Es dauert eine Minute, und gleich danach sind Sie angemeldet.',
  recoveryTitle: 'Richten Sie einen neuen zweiten Schritt ein',
  recoveryText:
    'Er tritt an die Stelle dessen, was Sie verloren haben: Sobald er bestätigt ist, gelten altes Telefon, Passkeys und Ersatzcodes nicht mehr. Gleich danach sind Sie angemeldet.',
  useApp: 'Authenticator-App verwenden',
  usePasskey: 'Passkey verwenden',
  due: (date) =>
    `Ihre Organisation verlangt einen zweiten Schritt. Richten Sie ihn bis ${date} ein; danach können Sie sich ohne ihn nicht mehr anmelden.`,
  duePasskey: (date) =>
    `Ihre Organisation verlangt einen Passkey. Fügen Sie bis ${date} einen hinzu; danach können Sie sich ohne ihn nicht mehr anmelden.`,
};
