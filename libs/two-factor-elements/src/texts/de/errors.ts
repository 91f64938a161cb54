import { type SignInTexts, type Texts, allErrors } from '../texts.js';

/** What a sign-in can be answered with. */
export const signInErrors: SignInTexts['errors'] = {
  TWO_FACTOR_CODE_INVALID: 'Dieser Code hat nicht funktioniert.',
  TWO_FACTOR_PASSKEY_INVALID: 'Dieser Passkey hat nicht funktioniert. Versuchen Sie es noch einmal.',
  TWO_FACTOR_PASSKEY_NOT_ALLOWED: 'Dieser Dienst nimmt keine Passkeys dieser Art.',
  TWO_FACTOR_CHALLENGE_INVALID:
    'Die Anmeldung hat zu lange gedauert oder zu viele Versuche gebraucht. Geben Sie Ihr Passwort noch einmal ein.',
  TWO_FACTOR_LOCKED: 'Zu viele falsche Codes. Warten Sie ein wenig vor dem nächsten Versuch.',
  VALIDATION_FAILED: 'Etwas an Ihrer Eingabe stimmt nicht. Bitte prüfen Sie sie.',
  TWO_FACTOR_SECRET_UNREADABLE:
    'Wir können Ihre Authenticator-App gerade nicht prüfen. Nehmen Sie einen Ersatzcode und melden Sie sich beim Support.',
  TWO_FACTOR_SESSION_FAILED:
    'Der Code war richtig, aber wir konnten Sie nicht anmelden. Melden Sie sich noch einmal an.',
  SERVICE_UNAVAILABLE:
    'Der Dienst ist gerade nicht erreichbar. Nichts ist verloren: Versuchen Sie es gleich noch einmal.',
  PAYLOAD_TOO_LARGE: 'Das war zu lang. Bitte prüfen Sie Ihre Eingabe.',
  UNSUPPORTED_MEDIA_TYPE: 'Der Dienst hat die Anfrage nicht verstanden. Versuchen Sie es später noch einmal.',
  RATE_LIMITED: 'Zu viele Anfragen. Warten Sie ein wenig.',
  INTERNAL_ERROR: 'Bei uns ist etwas schiefgegangen. Versuchen Sie es gleich noch einmal.',
  PASSKEY_CANCELLED:
    'Es kam kein Passkey. Vielleicht haben Sie abgebrochen, es hat zu lange gedauert, oder der Passkey ist nicht auf diesem Gerät. Versuchen Sie es noch einmal oder auf anderem Weg.',
  PASSKEY_UNAVAILABLE:
    'Dieser Browser konnte hier keinen Passkey verwenden. Versuchen Sie es mit einem anderen Browser oder Gerät.',
  OFFLINE: 'Keine Verbindung. Prüfen Sie Ihr Netz und versuchen Sie es noch einmal; nichts ist verloren.',
  UNEXPECTED: 'Die Antwort war nicht zu verstehen. Versuchen Sie es gleich noch einmal.',
};

export const errors: Texts['errors'] = /* @__PURE__ */ allErrors(signInErrors, {
  NOT_FOUND: 'Der Dienst kennt diese Seite nicht. Versuchen Sie es später noch einmal.',
  METHOD_NOT_ALLOWED: 'Der Dienst kennt diese Anfrage nicht. Versuchen Sie es später noch einmal.',
  TWO_FACTOR_ALREADY_ENABLED: 'Der zweite Schritt ist schon eingeschaltet. Laden Sie die Seite neu.',
  TWO_FACTOR_NOT_ENABLED: 'Der zweite Schritt ist nicht mehr eingeschaltet. Laden Sie die Seite neu.',
  TWO_FACTOR_SETUP_NOT_PENDING:
    'Dieser QR-Code gilt nicht mehr. Beginnen Sie neu, um einen anderen zu bekommen.',
  TWO_FACTOR_TOO_MANY_AUTHENTICATORS:
    'Mehr davon gehen nicht. Entfernen Sie zuerst, was Sie nicht mehr brauchen.',
  TWO_FACTOR_AUTHENTICATOR_AMBIGUOUS:
    'Dieses Konto hat mehrere Authenticator-Apps. Wählen Sie, welche ersetzt wird.',
  TWO_FACTOR_LAST_AUTHENTICATOR:
    'Das ist der letzte Eintrag. Um ihn zu entfernen, schalten Sie den zweiten Schritt aus.',
  TWO_FACTOR_AUTHENTICATOR_UNKNOWN: 'Diesen Eintrag gibt es nicht mehr. Laden Sie die Seite neu.',
  TWO_FACTOR_PASSKEY_KNOWN:
    'Ihr Konto hat diesen Passkey schon. Nehmen Sie ein anderes Gerät oder einen anderen Sicherheitsschlüssel, oder brechen Sie ab.',
  AUTH_REAUTHENTICATION_REQUIRED:
    'Ihre Anmeldung liegt länger zurück. Geben Sie Ihr Passwort ein, um fortzufahren.',
  TWO_FACTOR_REQUIRED: 'Dafür braucht es die Zwei-Faktor-Authentisierung. Schalten Sie sie erst ein.',
  TWO_FACTOR_FROZEN:
    'Über den Link in einer Benachrichtigung wurde alles angehalten: Einen Tag lang lässt sich nichts ändern. Anmelden können Sie sich wie bisher.',
  TWO_FACTOR_ENROLMENT_REQUIRED:
    'Ihre Organisation verlangt die Zwei-Faktor-Authentisierung. Richten Sie sie erst ein.',
  TWO_FACTOR_REQUIRED_BY_POLICY:
    'Ihre Organisation verlangt das. Richten Sie erst einen anderen Weg ein, oder fragen Sie Ihre Administration.',
  TWO_FACTOR_STEP_UP_REQUIRED: 'Bestätigen Sie noch einmal, dass Sie es sind.',
  TWO_FACTOR_RESET_UNKNOWN: 'Diese Rücksetzung gibt es nicht mehr. Laden Sie die Seite neu.',
  TWO_FACTOR_RESET_OPEN: 'Für dieses Konto ist schon eine Rücksetzung offen.',
  TWO_FACTOR_RESET_CLOSED: 'Inzwischen wurde zugestimmt, oder sie ist zu Ende. Laden Sie die Seite neu.',
  TWO_FACTOR_RESET_OTHER_PERSON: 'Das muss jemand anders tun: weder der Inhaber noch wer darum gebeten hat.',
  TWO_FACTOR_RESET_CODE_INVALID:
    'Dieser Code hat nicht funktioniert: vertippt, zu früh oder nicht mehr gültig.',
  AUTH_ROLE_REQUIRED: 'Ihr Konto darf das nicht.',
  AUTH_TOKEN_MISSING: 'Sie sind nicht angemeldet.',
  AUTH_TOKEN_INVALID: 'Ihre Sitzung ist beendet. Melden Sie sich neu an.',
  AUTH_TOKEN_EXPIRED: 'Ihre Sitzung ist abgelaufen. Melden Sie sich neu an.',
  AUTH_CREDENTIALS_INVALID: 'E-Mail-Adresse oder Passwort stimmt nicht.',
  AUTH_EMAIL_TAKEN: 'Zu dieser E-Mail-Adresse gibt es schon ein Konto. Melden Sie sich stattdessen an.',
});
