import type { Texts } from '../texts.js';

export const challenge: Texts['challenge'] = {
  title: 'Enter the code from your phone',
  text: 'Open your authenticator app and type the six digits it shows for this account.',
  passkeyTitle: 'Use your passkey',
  passkeyText: 'Confirm with the device, password manager or security key that you added to this account.',
  passkeySubmit: 'Use passkey',
  backupTitle: 'Enter a backup code',
  backupText: 'One of the codes you saved when you turned on two-factor authentication. Each works once.',
  submit: 'Sign in',
  expiredTitle: 'This sign-in has run out',
  expiredText: 'It took too long. Enter your password again to go on.',
  usedUpText: 'There were too many wrong codes. Enter your password again to go on.',
  endedText: 'It is no longer valid. Enter your password again to go on.',
  restart: 'Back to password',
  otherAccount: 'Use another account',
  lostAll: 'Neither phone, passkey nor backup codes? Then only the support of this service can help.',
  trust: (days) =>
    days === 1
      ? 'Do not ask again on this device for a day'
      : `Do not ask again on this device for ${days} days`,
  trustHint: 'Your password is then enough here. Only for a device that nobody else uses.',
};

export const proof: Texts['proof'] = {
  replaceTitle: 'Replace your phone',
  replaceText: 'First, show that it is you. If your phone is gone, use a backup code.',
  replaceSubmit: 'Continue',
  codesTitle: 'Get new backup codes',
  codesText: 'You get ten new codes, and the old ones stop working. Confirm that it is you.',
  codesSubmit: 'Get new codes',
  disableTitle: 'Turn off two-factor authentication?',
  disableText:
    'Your account will then be protected by your password alone, and your backup codes stop working. Confirm that it is you.',
  disableSubmit: 'Turn off',
  addText: 'First, show that it is you. If you have none of the others at hand, use a backup code.',
  withoutPasskey: 'No passkey at hand? Add another one with a backup code first',
  withoutPhone: 'No phone? Replace it with a backup code first',
};

export const form: Texts['form'] = {
  code: 'Six-digit code',
  codeHint: 'From your authenticator app',
  codeMalformed: 'The code has six digits.',
  backupCode: 'Backup code',
  backupCodeHint: 'Three groups of five; capitals and dashes do not matter',
  backupCodeMalformed: 'A backup code has three groups of five letters and digits.',
  password: 'Your password',
  passwordHint: 'You signed in a while ago, so we ask once more.',
  passwordWrong: 'That password is not right.',
  useBackupCode: 'Use a backup code instead',
  usePasskey: 'Use a passkey instead',
  passkeyHint: 'Your browser asks for your fingerprint, face, PIN or security key.',
  noPasskeys: 'This browser cannot use your passkey here. Use another browser or device, or another way.',
  useCode: 'Use a code from your phone instead',
  locked: (time) => `Too many wrong tries. To protect the account, you can try again in ${time}.`,
  limited: (time) => `Too many requests. You can try again in ${time}.`,
  lockOver: 'You can try again now.',
  codeRefusedHint:
    'A code works only once: if you have just used it, wait until your app shows the next one. If that one fails too, let your phone set its clock by itself.',
  backupCodeRefusedHint: 'Each backup code works only once, and new codes replace the old ones.',
};

export const stepUp: Texts['stepUp'] = {
  title: 'Confirm that it is you',
  text: 'What you are about to do asks for your second step once more.',
  submit: 'Confirm',
  lackTitle: 'This asks for more',
  lackPasskey:
    'It can only be confirmed with a passkey, and your account has none. Add one in your security settings.',
  lackAny:
    'Your account has nothing that could confirm it. Turn on two-factor authentication in your security settings.',
  close: 'Close',
};
