import type { NoticeType } from 'nestjs-two-factor';

/** What a mail says: a subject, and what has happened. */
export interface NoticeText {
  readonly subject: string;
  readonly text: string;
}

/** The words around it. */
export interface MailWords {
  readonly when: string;
  readonly from: string;
  readonly left: string;
  readonly panic: string;
}

export const WORDS = {
  en: {
    when: 'When',
    from: 'From',
    left: 'Codes left',
    panic:
      'Was this not you? Open this page and press the button: it signs everybody out, and stops changes for a day.',
  },
  de: {
    when: 'Wann',
    from: 'Von wo',
    left: 'Codes übrig',
    panic:
      'Waren Sie das nicht? Öffnen Sie diese Seite und drücken Sie den Knopf: Er meldet alle ab und hält Änderungen einen Tag lang auf.',
  },
} as const satisfies Record<string, MailWords>;

export const ENGLISH: Readonly<Record<NoticeType, NoticeText>> = {
  enabled: { subject: 'Second step turned on', text: 'Your account now asks for a second step at sign-in.' },
  replaced: { subject: 'Authenticator replaced', text: 'Another authenticator took the place of yours.' },
  authenticator_added: { subject: 'Authenticator added', text: 'One more way to sign in was added.' },
  authenticator_removed: {
    subject: 'Authenticator removed',
    text: 'An authenticator or passkey was removed.',
  },
  disabled: { subject: 'Second step turned off', text: 'The password alone now opens your account.' },
  backup_codes_regenerated: {
    subject: 'New backup codes',
    text: 'Ten new codes were drawn; the old ones are void.',
  },
  backup_code_used: { subject: 'Backup code used', text: 'One of your backup codes was used.' },
  backup_codes_low: { subject: 'Few backup codes left', text: 'Draw new ones before they run out.' },
  locked_out: {
    subject: 'Too many wrong attempts',
    text: 'Somebody guesses at your second step, and is held up.',
  },
  passkey_counter_regressed: {
    subject: 'A passkey may have been copied',
    text: 'One of your passkeys answered in a way that a copy would. Replace it.',
  },
  password_changed: { subject: 'Password changed', text: 'Your password was changed.' },
  password_reset: { subject: 'Password reset', text: 'Your password was set anew.' },
  device_trusted: {
    subject: 'Device trusted',
    text: 'A device is not asked for the second step for some days.',
  },
  trusted_device_misused: {
    subject: 'A trusted device was misused',
    text: 'What a trusted device keeps was used in two places. It is trusted no longer.',
  },
  reset_requested: {
    subject: 'Support was asked to reset your second step',
    text: 'If you have not asked, sign in with your second step: that ends it. Otherwise wait for the code.',
  },
  reset_approved: {
    subject: 'The reset of your second step was approved',
    text: 'Its code counts after the wait, together with your password. Signing in with your second step ends it.',
  },
  reset_cancelled: { subject: 'The reset was cancelled', text: 'Your second step stays as it is.' },
  reset_used: {
    subject: 'A code of support was used',
    text: 'A new second step is being set up in the place of yours. Signing in with the old one ends that.',
  },
  reset_at_once: {
    subject: 'Support removed your second step',
    text: 'The password alone now opens your account. Set a second step up again.',
  },
  panicked: {
    subject: 'Everything stopped',
    text: 'Sessions were ended, and nothing can be changed for a day.',
  },
};

export const GERMAN: Readonly<Record<NoticeType, NoticeText>> = {
  enabled: {
    subject: 'Zweiter Schritt eingeschaltet',
    text: 'Ihr Konto fragt jetzt bei der Anmeldung nach einem zweiten Schritt.',
  },
  replaced: {
    subject: 'Authenticator ersetzt',
    text: 'Ein anderer Authenticator ist an die Stelle des Ihren getreten.',
  },
  authenticator_added: {
    subject: 'Authenticator hinzugefügt',
    text: 'Ein weiterer Weg zur Anmeldung kam hinzu.',
  },
  authenticator_removed: {
    subject: 'Authenticator entfernt',
    text: 'Ein Authenticator oder Passkey wurde entfernt.',
  },
  disabled: { subject: 'Zweiter Schritt ausgeschaltet', text: 'Das Passwort allein öffnet jetzt Ihr Konto.' },
  backup_codes_regenerated: {
    subject: 'Neue Ersatzcodes',
    text: 'Zehn neue Codes wurden gezogen; die alten gelten nicht mehr.',
  },
  backup_code_used: { subject: 'Ersatzcode benutzt', text: 'Einer Ihrer Ersatzcodes wurde benutzt.' },
  backup_codes_low: { subject: 'Wenige Ersatzcodes übrig', text: 'Ziehen Sie neue, bevor sie ausgehen.' },
  locked_out: {
    subject: 'Zu viele falsche Versuche',
    text: 'Jemand rät Ihren zweiten Schritt und wird aufgehalten.',
  },
  passkey_counter_regressed: {
    subject: 'Ein Passkey könnte kopiert sein',
    text: 'Einer Ihrer Passkeys hat geantwortet, wie es eine Kopie täte. Ersetzen Sie ihn.',
  },
  password_changed: { subject: 'Passwort geändert', text: 'Ihr Passwort wurde geändert.' },
  password_reset: { subject: 'Passwort neu gesetzt', text: 'Ihr Passwort wurde neu gesetzt.' },
  device_trusted: {
    subject: 'Gerät vertraut',
    text: 'Ein Gerät wird einige Tage nicht nach dem zweiten Schritt gefragt.',
  },
  trusted_device_misused: {
    subject: 'Ein vertrautes Gerät wurde missbraucht',
    text: 'Was ein vertrautes Gerät bewahrt, wurde an zwei Orten benutzt. Ihm wird nicht mehr vertraut.',
  },
  reset_requested: {
    subject: 'Der Support wurde gebeten, Ihren zweiten Schritt zurückzusetzen',
    text: 'Waren Sie das nicht, melden Sie sich mit dem zweiten Schritt an: das beendet es. Sonst warten Sie auf den Code.',
  },
  reset_approved: {
    subject: 'Der Rücksetzung Ihres zweiten Schritts wurde zugestimmt',
    text: 'Der Code gilt nach der Wartezeit, zusammen mit Ihrem Passwort. Eine Anmeldung mit dem zweiten Schritt beendet es.',
  },
  reset_cancelled: {
    subject: 'Die Rücksetzung wurde abgebrochen',
    text: 'Ihr zweiter Schritt bleibt, wie er ist.',
  },
  reset_used: {
    subject: 'Ein Code des Supports wurde benutzt',
    text: 'An der Stelle Ihres zweiten Schritts wird ein neuer eingerichtet. Eine Anmeldung mit dem alten beendet das.',
  },
  reset_at_once: {
    subject: 'Der Support hat Ihren zweiten Schritt entfernt',
    text: 'Das Passwort allein öffnet jetzt Ihr Konto. Richten Sie wieder einen zweiten Schritt ein.',
  },
  panicked: {
    subject: 'Alles angehalten',
    text: 'Alle Sitzungen sind beendet, einen Tag lang lässt sich nichts ändern.',
  },
};
