import { type SignInTexts, type Texts, allErrors } from '../texts.js';

/** What a sign-in can be answered with. */
export const signInErrors: SignInTexts['errors'] = {
  TWO_FACTOR_CODE_INVALID: 'That code did not work.',
  TWO_FACTOR_PASSKEY_INVALID: 'That passkey did not work. Try again.',
  TWO_FACTOR_PASSKEY_NOT_ALLOWED: 'This service does not take passkeys of this kind.',
  TWO_FACTOR_CHALLENGE_INVALID:
    'This sign-in took too long, or had too many tries. Enter your password again.',
  TWO_FACTOR_LOCKED: 'Too many wrong codes. Wait a little before you try again.',
  VALIDATION_FAILED: 'Something in what you entered is not right. Check it and try again.',
  TWO_FACTOR_SECRET_UNREADABLE:
    'We cannot read your authenticator at the moment. Use a backup code, and tell our support.',
  TWO_FACTOR_SESSION_FAILED: 'Your code was right, but we could not sign you in. Sign in again.',
  SERVICE_UNAVAILABLE: 'The service is not available right now. Nothing is lost: try again shortly.',
  PAYLOAD_TOO_LARGE: 'That was too long. Check what you entered.',
  UNSUPPORTED_MEDIA_TYPE: 'The service did not understand the request. Try again later.',
  RATE_LIMITED: 'Too many requests. Wait a little.',
  INTERNAL_ERROR: 'Something went wrong on our side. Try again in a moment.',
  PASSKEY_CANCELLED:
    'No passkey came. You may have cancelled, it may have taken too long, or the passkey is not on this device. Try again, or choose another way.',
  PASSKEY_UNAVAILABLE: 'This browser could not use a passkey here. Try another browser or device.',
  OFFLINE: 'No connection. Check your network and try again; nothing is lost.',
  UNEXPECTED: 'We got an answer we did not understand. Try again in a moment.',
};

export const errors: Texts['errors'] = /* @__PURE__ */ allErrors(signInErrors, {
  NOT_FOUND: 'The service does not know this page. Try again later.',
  METHOD_NOT_ALLOWED: 'The service does not know this request. Try again later.',
  TWO_FACTOR_ALREADY_ENABLED: 'The second step is already on. Load this page again to see it.',
  TWO_FACTOR_NOT_ENABLED: 'The second step is not on any more. Load this page again to see how things are.',
  TWO_FACTOR_SETUP_NOT_PENDING: 'This QR code is no longer valid. Start again to get a new one.',
  TWO_FACTOR_TOO_MANY_AUTHENTICATORS:
    'There is no room for another one. First remove one that you do not need any more.',
  TWO_FACTOR_AUTHENTICATOR_AMBIGUOUS:
    'This account has several authenticator apps. Choose which one is replaced.',
  TWO_FACTOR_LAST_AUTHENTICATOR: 'This is the last one. To remove it, turn the second step off.',
  TWO_FACTOR_AUTHENTICATOR_UNKNOWN: 'It is not there any more. Load this page again.',
  TWO_FACTOR_PASSKEY_KNOWN:
    'Your account has this passkey already. Choose another device or security key, or cancel.',
  AUTH_REAUTHENTICATION_REQUIRED: 'You signed in a while ago. Enter your password to go on.',
  TWO_FACTOR_REQUIRED: 'This needs two-factor authentication. Turn it on first.',
  TWO_FACTOR_FROZEN:
    'Everything was stopped by the link in a notice, so nothing can be changed for a day. You can sign in as before.',
  TWO_FACTOR_ENROLMENT_REQUIRED: 'Your organisation asks for two-factor authentication. Set it up first.',
  TWO_FACTOR_REQUIRED_BY_POLICY:
    'Your organisation asks for this. Set up another way first, or ask your administrator.',
  TWO_FACTOR_STEP_UP_REQUIRED: 'Confirm once more that it is you.',
  TWO_FACTOR_RESET_UNKNOWN: 'There is no such reset any more. Load this page again.',
  TWO_FACTOR_RESET_OPEN: 'A reset of this account is open already.',
  TWO_FACTOR_RESET_CLOSED: 'It was approved meanwhile, or it is over. Load this page again.',
  TWO_FACTOR_RESET_OTHER_PERSON: 'Somebody else has to do this: neither the owner, nor who has asked for it.',
  TWO_FACTOR_RESET_CODE_INVALID: 'That code did not work: it may be mistyped, too early, or no longer valid.',
  AUTH_ROLE_REQUIRED: 'Your account may not do this.',
  AUTH_TOKEN_MISSING: 'You are not signed in.',
  AUTH_TOKEN_INVALID: 'Your session has ended. Sign in again.',
  AUTH_TOKEN_EXPIRED: 'Your session has expired. Sign in again.',
  AUTH_CREDENTIALS_INVALID: 'E-mail or password is not right.',
  AUTH_EMAIL_TAKEN: 'There is already an account with this e-mail address. Sign in instead.',
});
