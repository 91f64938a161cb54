import type { Texts } from '../texts.js';

export const steps: Texts['steps'] = { label: 'Three steps', scan: 'Scan', confirm: 'Confirm', save: 'Save' };

export const scan: Texts['scan'] = {
  title: 'Scan with your authenticator app',
  replaceTitle: 'Scan with your new phone',
  text: 'Open an authenticator app on your phone, add an account and point the camera here. Any app will do.',
  replaceText: 'Your old phone keeps working until the new one is confirmed.',
  staleText: 'If you scanned an earlier QR code, delete that entry from your app first.',
  qrAlt: 'QR code for your authenticator app. If you cannot scan it, use the key below.',
  openApp: 'Open authenticator app',
  keyLabel: 'Cannot scan? Enter this key instead',
  copyKey: 'Copy key',
  next: 'Next',
  expiredTitle: 'That took a little long',
  elsewhereTitle: 'Started again elsewhere',
  elsewhereText:
    'Another tab of this browser began to set up a phone again, so the QR code you had here no longer works. Go on in that tab, or start again here.',
  startAgain: 'Start again',
};

export const confirm: Texts['confirm'] = {
  title: 'Enter the code from your app',
  text: 'Your app now shows six digits. They prove that the scan worked.',
  submit: 'Confirm',
  refusedHint:
    'If your app has several entries for this account, take the newest. If it still fails, let your phone set its clock by itself.',
};

export const save: Texts['save'] = {
  title: 'Save your backup codes',
  text: 'Each of these codes lets you sign in once without your phone. Keep them where you would find them if your phone were gone.',
  oldDead: 'Codes you had before no longer work.',
  maybeText:
    'The connection broke while your phone was being confirmed. It is most likely on, so save these codes before you sign in again. Should signing in not ask for a code, throw them away and start again.',
  listLabel: 'Backup codes',
  copy: 'Copy',
  copied: 'Copied',
  copyFailed: 'Could not copy. Select the text and copy it yourself.',
  download: 'Download',
  print: 'Print',
  proveLabel: 'Last five characters of any one code',
  proveHint: 'Type them from where you saved the codes: it shows that they are safe.',
  proveMatches: 'That matches. Well done.',
  proveWrong: 'No code ends like this.',
  saidSafe: 'I have printed them, or put them away elsewhere',
  saidSafeHint:
    'We cannot check that. If they are gone when your phone or passkey is, you cannot sign in any more.',
  done: 'Done',
  fileName: 'backup-codes',
  fileTitle: 'Backup codes',
  fileService: 'Service',
  fileAccount: 'Account',
  fileSet: 'Set',
  fileSetValue: (date, count) => `${count} codes of ${date}; earlier ones no longer work`,
  fileNote: 'Each code works once, in place of a code from the phone.',
};

export const enrolment: Texts['enrolment'] = {
  title: 'Set up a second step to go on',
  text: 'Your organisation asks for it. It takes a minute, and you are signed in right afterwards.',
  recoveryTitle: 'Set up a new second step',
  recoveryText:
    'It takes the place of what you have lost: once it is confirmed, the old phone, passkeys and backup codes stop working. You are signed in right afterwards.',
  useApp: 'Use an authenticator app',
  usePasskey: 'Use a passkey',
  due: (date) =>
    `Your organisation asks for a second step. Set it up by ${date}; after that you cannot sign in without it.`,
  duePasskey: (date) =>
    `Your organisation asks for a passkey. Add one by ${date}; after that you cannot sign in without it.`,
};
