import type { FailureCode } from '../api/call-failure.js';

/** What a sign-in can be answered with, by the server or on the way. */
type SignInFailureCode =
  | 'TWO_FACTOR_CODE_INVALID'
  | 'TWO_FACTOR_PASSKEY_INVALID'
  | 'TWO_FACTOR_PASSKEY_NOT_ALLOWED'
  | 'TWO_FACTOR_CHALLENGE_INVALID'
  | 'TWO_FACTOR_LOCKED'
  | 'VALIDATION_FAILED'
  | 'TWO_FACTOR_SECRET_UNREADABLE'
  | 'TWO_FACTOR_SESSION_FAILED'
  | 'SERVICE_UNAVAILABLE'
  | 'PAYLOAD_TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'RATE_LIMITED'
  | 'INTERNAL_ERROR'
  | 'PASSKEY_CANCELLED'
  | 'PASSKEY_UNAVAILABLE'
  | 'OFFLINE'
  | 'UNEXPECTED';

/** What a sign-in says, in one language. Functions get numbers and finished parts, and give plain text. */
export interface SignInTexts {
  readonly errors: Readonly<Record<SignInFailureCode, string>> &
    Readonly<Partial<Record<FailureCode, string>>>;
  readonly common: {
    readonly loading: string;
    readonly tryAgain: string;
    readonly cancel: string;
    readonly back: string;
    readonly working: string;
    readonly retryIn: (time: string) => string;
    readonly requestId: (id: string) => string;
    readonly signInAgain: string;
    readonly frozenUntil: (moment: string) => string;
  };
  readonly save: {
    readonly title: string;
    readonly text: string;
    readonly oldDead: string;
    readonly maybeText: string;
    readonly listLabel: string;
    readonly copy: string;
    readonly copied: string;
    readonly copyFailed: string;
    readonly download: string;
    readonly print: string;
    readonly proveLabel: string;
    readonly proveHint: string;
    readonly proveMatches: string;
    readonly proveWrong: string;
    readonly saidSafe: string;
    readonly saidSafeHint: string;
    readonly done: string;
    readonly fileName: string;
    readonly fileTitle: string;
    readonly fileService: string;
    readonly fileAccount: string;
    readonly fileSet: string;
    readonly fileSetValue: (date: string, count: number) => string;
    readonly fileNote: string;
  };
  readonly form: {
    readonly code: string;
    readonly codeHint: string;
    readonly codeMalformed: string;
    readonly backupCode: string;
    readonly backupCodeHint: string;
    readonly backupCodeMalformed: string;
    readonly password: string;
    readonly passwordHint: string;
    readonly passwordWrong: string;
    readonly useBackupCode: string;
    readonly useCode: string;
    readonly usePasskey: string;
    readonly passkeyHint: string;
    readonly noPasskeys: string;
    readonly locked: (time: string) => string;
    readonly limited: (time: string) => string;
    readonly lockOver: string;
    readonly codeRefusedHint: string;
    readonly backupCodeRefusedHint: string;
  };
  readonly challenge: {
    readonly title: string;
    readonly text: string;
    readonly passkeyTitle: string;
    readonly passkeyText: string;
    readonly passkeySubmit: string;
    readonly backupTitle: string;
    readonly backupText: string;
    readonly submit: string;
    readonly expiredTitle: string;
    readonly expiredText: string;
    readonly usedUpText: string;
    readonly endedText: string;
    readonly restart: string;
    readonly otherAccount: string;
    readonly lostAll: string;
    readonly trust: (days: number) => string;
    readonly trustHint: string;
  };
}

/** Everything the elements say, in one language. */
export interface Texts extends SignInTexts {
  readonly errors: Readonly<Record<FailureCode, string>>;
  readonly settings: {
    readonly title: string;
    readonly on: string;
    readonly off: string;
    readonly offText: string;
    readonly turnOn: string;
    readonly pendingText: string;
    readonly onSince: (date: string) => string;
    readonly turnOnWithPasskey: string;
    readonly replace: string;
    readonly backupCodes: string;
    readonly codesLeft: (remaining: number, total: number) => string;
    readonly codesFew: (remaining: number) => string;
    readonly newCodes: string;
    readonly turnOff: string;
    readonly recoveryTitle: string;
    readonly recoveryText: (time: string) => string;
    readonly recoveryStart: string;
    readonly unsavedTitle: string;
    readonly unsavedText: string;
    readonly getNewCodes: string;
    readonly savedAlready: string;
    readonly signedOutTitle: string;
    readonly signedOutText: string;
    readonly signIn: string;
    readonly failedTitle: string;
  };
  readonly authenticators: {
    readonly types: Readonly<Record<'passkey' | 'totp', string>>;
    readonly lastUsed: (date: string) => string;
    readonly neverUsed: string;
    readonly change: string;
    readonly changeNamed: (name: string) => string;
    readonly addApp: string;
    readonly addPasskey: string;
    readonly noPasskeysHere: string;
    readonly name: string;
    readonly nameHint: string;
    readonly nameOptionalHint: string;
    readonly nameMissing: string;
    readonly rename: string;
    readonly lastText: string;
    readonly remove: string;
    readonly removeTitle: (name: string) => string;
    readonly removeText: string;
    readonly chooseTitle: string;
    readonly chooseText: string;
    readonly addAppTitle: string;
    readonly addAppText: string;
    readonly next: string;
    readonly addPasskeyTitle: string;
    readonly addPasskeyText: string;
    readonly createPasskey: string;
  };
  readonly done: {
    readonly enabled: string;
    readonly enabledByPasskey: string;
    readonly appAdded: string;
    readonly passkeyAdded: string;
    readonly renamed: (name: string) => string;
    readonly removed: (name: string) => string;
    readonly replaced: string;
    readonly codesDrawn: string;
    readonly disabled: string;
  };
  readonly trustedDevices: {
    readonly title: string;
    readonly text: string;
    readonly thisDevice: string;
    readonly lastUsed: (date: string) => string;
    readonly until: (date: string) => string;
    readonly remove: string;
    readonly removeNamed: (name: string) => string;
    readonly removeAll: string;
    readonly removed: string;
    readonly removedAll: string;
  };
  readonly steps: {
    readonly label: string;
    readonly scan: string;
    readonly confirm: string;
    readonly save: string;
  };
  readonly scan: {
    readonly title: string;
    readonly replaceTitle: string;
    readonly text: string;
    readonly replaceText: string;
    readonly staleText: string;
    readonly qrAlt: string;
    readonly openApp: string;
    readonly keyLabel: string;
    readonly copyKey: string;
    readonly next: string;
    readonly expiredTitle: string;
    readonly elsewhereTitle: string;
    readonly elsewhereText: string;
    readonly startAgain: string;
  };
  readonly confirm: {
    readonly title: string;
    readonly text: string;
    readonly submit: string;
    readonly refusedHint: string;
  };
  readonly proof: {
    readonly replaceTitle: string;
    readonly replaceText: string;
    readonly replaceSubmit: string;
    readonly codesTitle: string;
    readonly codesText: string;
    readonly codesSubmit: string;
    readonly disableTitle: string;
    readonly disableText: string;
    readonly disableSubmit: string;
    readonly addText: string;
    readonly withoutPhone: string;
    readonly withoutPasskey: string;
  };
  readonly enrolment: {
    readonly title: string;
    readonly text: string;
    readonly recoveryTitle: string;
    readonly recoveryText: string;
    readonly useApp: string;
    readonly usePasskey: string;
    readonly due: (date: string) => string;
    readonly duePasskey: (date: string) => string;
  };
  readonly stepUp: {
    readonly title: string;
    readonly text: string;
    readonly submit: string;
    readonly lackTitle: string;
    readonly lackPasskey: string;
    readonly lackAny: string;
    readonly close: string;
  };
  readonly activity: {
    readonly title: string;
    readonly empty: string;
    readonly failed: string;
    readonly showAll: string;
    readonly showLess: string;
    readonly methods: Readonly<Record<string, string>>;
    /** By the event's type, with `.failure` behind it for what did not succeed. */
    readonly types: Readonly<Record<string, string>>;
    readonly unknownDevice: string;
    readonly device: (browser: string, system: string) => string;
  };
}

/** A sign-in's failures and the others. It is called as pure: a page with a sign-in alone drops what it does not say. */
export function allErrors(
  signIn: SignInTexts['errors'],
  others: Omit<Texts['errors'], SignInFailureCode>,
): Texts['errors'] {
  return { ...signIn, ...others };
}

/** Any part of the texts, to put in place of ours. */
export type TextsChange = { readonly [Group in keyof Texts]?: Partial<Texts[Group]> };

/** A sign-in's texts with a part of them in place of theirs. */
export function signInTextsChanged(texts: SignInTexts, change: TextsChange): SignInTexts {
  return {
    errors: { ...texts.errors, ...change.errors },
    common: { ...texts.common, ...change.common },
    save: { ...texts.save, ...change.save },
    form: { ...texts.form, ...change.form },
    challenge: { ...texts.challenge, ...change.challenge },
  };
}

/** Texts with a part of them in place of theirs. */
export function changed(texts: Texts, change: TextsChange): Texts {
  return {
    ...signInTextsChanged(texts, change),
    errors: { ...texts.errors, ...change.errors },
    settings: { ...texts.settings, ...change.settings },
    authenticators: { ...texts.authenticators, ...change.authenticators },
    done: { ...texts.done, ...change.done },
    trustedDevices: { ...texts.trustedDevices, ...change.trustedDevices },
    steps: { ...texts.steps, ...change.steps },
    scan: { ...texts.scan, ...change.scan },
    confirm: { ...texts.confirm, ...change.confirm },
    proof: { ...texts.proof, ...change.proof },
    enrolment: { ...texts.enrolment, ...change.enrolment },
    stepUp: { ...texts.stepUp, ...change.stepUp },
    activity: { ...texts.activity, ...change.activity },
  };
}
