import { PAGE_LANGUAGE } from '../page-texts.js';

/** What the desk says. */
const en = {
  title: 'Support desk',
  lead: 'For somebody who has lost all factors. What you do here leaves a record, and the owner is told.',
  findTitle: 'Find an account',
  find: 'Find',
  nobody: 'There is no account with this e-mail address.',
  account: 'Account',
  id: 'Id',
  role: 'Role',
  factor: 'Second factor',
  on: (since: string): string => `on since ${since}`,
  off: 'off',
  methods: 'By',
  codesLeft: 'Backup codes left',
  codes: (left: number, of: number): string => `${left} of ${of}`,
  resets: 'Resets',
  noResets: 'None.',
  allResets: 'All resets',
  record: 'Record: the last fifty events',
  reason: 'Reason',
  reasonHint: 'The ticket, and how it was shown who asks. Never a password or a code.',
  reasonMissing: 'Say why.',
  ask: 'Ask for a reset',
  askText: 'Somebody else has to approve it. It waits a day, three days for an account with a passkey.',
  approve: 'Approve',
  cancel: 'Cancel',
  confirmApprove: 'Approve the reset',
  confirmCancel: 'Cancel the reset',
  back: 'Back',
  refresh: 'Refresh',
  codeTitle: 'The code for the user',
  codeText: (from: string, until: string): string =>
    `It is shown this once. Give it to the user: together with the password it counts from ${from} until ${until}.`,
  done: 'Done',
  askedBy: 'Asked for by',
  approvedBy: 'Approved by',
  counts: 'Counts',
  fromUntil: (from: string, until: string): string => `from ${from} until ${until}`,
  states: {
    requested: 'Waits for approval',
    waiting: 'Approved, waits',
    ready: 'Good for its code',
    cancelled: 'Cancelled',
    expired: 'Expired',
    signed_in: 'Ended: the owner signed in',
    used: 'Used',
  },
  failed: 'failed',
};

export type DeskTexts = typeof en;

const de: DeskTexts = {
  title: 'Support',
  lead: 'Für alle, die jeden Faktor verloren haben. Was Sie hier tun, wird festgehalten, und der Inhaber erfährt es.',
  findTitle: 'Konto finden',
  find: 'Finden',
  nobody: 'Mit dieser E-Mail-Adresse gibt es kein Konto.',
  account: 'Konto',
  id: 'Kennung',
  role: 'Rolle',
  factor: 'Zweiter Faktor',
  on: (since) => `an seit ${since}`,
  off: 'aus',
  methods: 'Mit',
  codesLeft: 'Ersatzcodes übrig',
  codes: (left, of) => `${left} von ${of}`,
  resets: 'Rücksetzungen',
  noResets: 'Keine.',
  allResets: 'Alle Rücksetzungen',
  record: 'Verlauf: die letzten fünfzig Ereignisse',
  reason: 'Grund',
  reasonHint: 'Der Vorgang, und wie sich gezeigt hat, wer fragt. Nie ein Passwort oder ein Code.',
  reasonMissing: 'Sagen Sie, warum.',
  ask: 'Rücksetzung erbitten',
  askText: 'Jemand anders muss zustimmen. Sie wartet einen Tag, drei bei einem Konto mit Passkey.',
  approve: 'Zustimmen',
  cancel: 'Abbrechen',
  confirmApprove: 'Der Rücksetzung zustimmen',
  confirmCancel: 'Die Rücksetzung abbrechen',
  back: 'Zurück',
  refresh: 'Aktualisieren',
  codeTitle: 'Der Code für den Inhaber',
  codeText: (from, until) =>
    `Er wird nur dieses eine Mal gezeigt. Geben Sie ihn weiter: zusammen mit dem Passwort gilt er von ${from} bis ${until}.`,
  done: 'Fertig',
  askedBy: 'Erbeten von',
  approvedBy: 'Zugestimmt von',
  counts: 'Gilt',
  fromUntil: (from, until) => `von ${from} bis ${until}`,
  states: {
    requested: 'Wartet auf Zustimmung',
    waiting: 'Zugestimmt, wartet',
    ready: 'Der Code gilt',
    cancelled: 'Abgebrochen',
    expired: 'Abgelaufen',
    signed_in: 'Beendet: der Inhaber hat sich angemeldet',
    used: 'Benutzt',
  },
  failed: 'fehlgeschlagen',
};

export const deskTexts = PAGE_LANGUAGE === 'de' ? de : en;

const DATE = new Intl.DateTimeFormat(PAGE_LANGUAGE, { dateStyle: 'medium', timeStyle: 'short' });

export function when(time: string): string {
  return DATE.format(new Date(time));
}
