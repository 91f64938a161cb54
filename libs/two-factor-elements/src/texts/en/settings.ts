import type { Texts } from '../texts.js';

export const common: Texts['common'] = {
  loading: 'Loading …',
  tryAgain: 'Try again',
  cancel: 'Cancel',
  back: 'Back',
  working: 'One moment …',
  retryIn: (time) => `Trying again in ${time}`,
  requestId: (id) => `Request ${id}`,
  signInAgain: 'You signed in a while ago. Sign out and in again, and do this right after.',
  frozenUntil: (moment) =>
    `Everything was stopped by the link in a notice, so nothing can be changed until ${moment}. You can sign in as before.`,
};

export const settings: Texts['settings'] = {
  title: 'Two-factor authentication',
  on: 'On',
  off: 'Off',
  offText:
    'A password can be guessed or stolen. Add a second step: signing in then also takes a code from your phone, or a passkey.',
  turnOn: 'Turn on',
  turnOnWithPasskey: 'Use a passkey',
  pendingText:
    'You began to turn this on but did not finish, so nothing has changed. If you already scanned a QR code, delete that entry from your app: turning it on gives you a new one.',
  onSince: (date) => `Since ${date}`,
  replace: 'Replace phone',
  backupCodes: 'Backup codes',
  codesLeft: (remaining, total) => `${remaining} of ${total} left`,
  codesFew: (remaining) =>
    remaining === 0
      ? 'You have no backup codes left. Without your phone or passkey you could not sign in. Get new ones now.'
      : `Only ${remaining === 1 ? 'one backup code is' : `${remaining} backup codes are`} left. Get new ones before you need them.`,
  newCodes: 'New codes',
  turnOff: 'Turn off',
  recoveryTitle: 'You signed in with a backup code',
  recoveryText: (time) => `If your phone is lost, replace it now. No second code is needed until ${time}.`,
  recoveryStart: 'Replace lost phone',
  unsavedTitle: 'Your backup codes may not be saved',
  unsavedText:
    'You left before saying that they are safe, and we cannot show them again. Get ten new ones; the old ones stop working.',
  getNewCodes: 'Get new codes',
  savedAlready: 'I have saved them',
  signedOutTitle: 'Your session has ended',
  signedOutText: 'Sign in again to see and change your security settings.',
  signIn: 'Sign in again',
  failedTitle: 'This could not be loaded',
};

export const authenticators: Texts['authenticators'] = {
  types: { totp: 'Authenticator app', passkey: 'Passkey' },
  lastUsed: (date) => `last used ${date}`,
  neverUsed: 'not used yet',
  change: 'Change',
  changeNamed: (name) => `Change ${name}`,
  addApp: 'Add app',
  addPasskey: 'Add passkey',
  noPasskeysHere: 'To add a passkey, open this page in a browser that has them.',
  name: 'Name',
  nameHint: 'Only you see it.',
  nameOptionalHint: 'For example “Phone at work”. Only you see it, and you can leave it empty.',
  nameMissing: 'Enter a name.',
  rename: 'Save name',
  lastText: 'It is the only one of your account. To be without it, turn two-factor authentication off.',
  remove: 'Remove',
  removeTitle: (name) => `Remove “${name}”?`,
  removeText:
    'It no longer signs you in after that; the others and your backup codes stay. Confirm that it is you.',
  chooseTitle: 'Which one do you replace?',
  chooseText: 'It keeps working until the new one is confirmed. The others stay as they are.',
  addAppTitle: 'Add an authenticator app',
  addAppText: 'A second phone or tablet, beside what you have. Your backup codes stay.',
  next: 'Continue',
  addPasskeyTitle: 'Add a passkey',
  addPasskeyText:
    'It is kept by this device, your phone, a password manager or a security key, and no page can trick you out of it.',
  createPasskey: 'Create passkey',
};

export const done: Texts['done'] = {
  enabledByPasskey: 'Two-factor authentication is on. From now on, signing in takes your passkey as well.',
  appAdded: 'Your other app is set up. Codes of any of them work.',
  passkeyAdded: 'Your passkey is added. From now on, signing in asks for a passkey first.',
  renamed: (name) => `It is now called “${name}”.`,
  removed: (name) => `“${name}” is removed.`,
  enabled: 'Two-factor authentication is on. From now on, signing in takes your phone as well.',
  replaced: 'Your new phone is set up. Codes from the old one no longer work.',
  codesDrawn: 'Your new backup codes are ready. The old ones no longer work.',
  disabled: 'Two-factor authentication is off. You can delete the entry from your app.',
};

export const trustedDevices: Texts['trustedDevices'] = {
  title: 'Trusted devices',
  text: 'On these a password is enough to sign in, until the day that is named.',
  thisDevice: 'this device',
  lastUsed: (date) => `last sign-in ${date}`,
  until: (date) => `until ${date}`,
  remove: 'Stop trusting',
  removeNamed: (name) => `Stop trusting ${name}`,
  removeAll: 'Stop trusting all',
  removed: 'That device is asked again from now on.',
  removedAll: 'Every device is asked again from now on.',
};
