import type { CallFailure } from '../api/call-failure.js';
import type {
  Authenticator,
  Enabled,
  PasskeyCreationOptions,
  RegisteredPasskey,
  Setup,
  Status,
  Tokens,
} from '../api/contract.js';
import type { CodeSet } from '../parts/code-set.js';
import type { DeedProof } from './change-proof.js';

/** What somebody wants to be changed. `isLost`: without phone and passkey, so that a backup code is asked for first. */
export type Deed =
  | { readonly kind: 'first-app' | 'first-passkey' | 'turn-off' }
  /** `drawnBefore`, which `change` adds: when the codes were drawn that were in use as it was chosen. */
  | { readonly kind: 'draw-codes'; readonly drawnBefore?: string | null }
  | { readonly kind: 'add-passkey'; readonly isLost?: boolean }
  /** `name` may be empty. Without one it is asked for. */
  | { readonly kind: 'add-app'; readonly name?: string }
  | { readonly kind: 'rename'; readonly authenticator: Authenticator; readonly name?: string }
  | { readonly kind: 'remove'; readonly authenticator: Authenticator }
  /** Without `replaces`, the one app that there is; of several, it is asked for. */
  | { readonly kind: 'replace'; readonly replaces?: string; readonly isLost?: boolean };

/** An app is on, or another passkey with the first codes. The session that asked has ended: these are the tokens of the next one. */
export interface Enabling {
  readonly change: 'added' | 'first' | 'replaced';
  readonly enabledAt: string;
  readonly tokens: Tokens;
}

/** What was done last, or what went wrong with it. */
export type Outcome = { readonly done: Deed } | { readonly failure: CallFailure };

export interface Loads {
  /** Which question for the status is the latest. */
  readonly load: number;
  /** It was asked at this step, and leads to the overview from it. */
  readonly isLoading?: boolean;
  readonly status?: Status | undefined;
  /** At a draw whose answer was lost: when the codes in use were drawn, and which question for the status was the latest. */
  readonly doubt?: { readonly drawnBefore: string | null; readonly load: number } | undefined;
  /** When a set was drawn that nobody has seen: the answer that had it was lost. */
  readonly unseenSet?: string | undefined;
}

export interface Known extends Loads {
  readonly status: Status;
}

export interface Doing extends Known {
  readonly deed: Deed;
  /** Of the last try. */
  readonly failure?: CallFailure | undefined;
}

interface Proving extends Doing {
  /** The server wants the password beside the proof. */
  readonly needsPassword?: boolean;
}

/** Where somebody is in the settings. `isBusy`: the call for `deed` is to be made, or under way. */
export type Change =
  /** The status is to be asked for. Tokens in `enabled` come first. */
  | (Loads & {
      readonly step: 'loading';
      readonly outcome?: Outcome | undefined;
      readonly enabled?: Enabling | undefined;
    })
  | (Loads & {
      readonly step: 'failed';
      readonly failure: CallFailure;
      readonly outcome?: Outcome | undefined;
    })
  | (Loads & { readonly step: 'signed-out' })
  | (Known & {
      readonly step: 'overview';
      readonly outcome?: Outcome | undefined;
      readonly isBusy: boolean;
      readonly deed?: Deed;
    })
  /** Which of several apps is replaced. */
  | (Doing & {
      readonly step: 'choosing';
      readonly deed: Deed & { readonly kind: 'replace' };
      readonly among: readonly Authenticator[];
      readonly isBusy: boolean;
    })
  | (Doing & {
      readonly step: 'naming';
      readonly deed: Deed & { readonly kind: 'add-app' | 'rename' };
      readonly isBusy: boolean;
    })
  | (Proving & DeedProof & { readonly step: 'proving' })
  /** Without `options` they are to be asked for: it is the first factor. */
  | (Proving & { readonly step: 'creating-passkey'; readonly options?: PasskeyCreationOptions })
  /** `isStale`: an earlier setup is void. `isDoubtful`: a confirmation was sent whose answer was lost. */
  | (Proving & {
      readonly step: 'confirming' | 'scanning';
      readonly setup: Setup;
      readonly isStale: boolean;
      readonly isDoubtful: boolean;
    })
  /** The setup is no longer pending: it took too long, or another one was started. */
  | (Doing & { readonly step: 'void'; readonly because: 'elsewhere' | 'expired'; readonly isBusy: boolean })
  /** Codes, shown this once. `isDoubtful`: nobody knows whether they are in force, and this session has ended. */
  | (Loads & {
      readonly step: 'saving';
      readonly deed: Deed;
      readonly codes: CodeSet;
      readonly enabled?: Enabling | undefined;
      readonly isDoubtful?: boolean;
    });

/** What is about something of somebody's: a call of another deed than the present one changes no view. */
export type ChangeEvent =
  | { readonly type: 'back' | 'codes-saved' | 'load' | 'next' | 'started-elsewhere' }
  | { readonly type: 'loaded'; readonly load: number; readonly status: Status }
  | { readonly type: 'load-failed'; readonly load: number; readonly failure: CallFailure }
  | { readonly type: 'chosen'; readonly deed: Deed }
  | { readonly type: 'set-up'; readonly deed: Deed; readonly setup: Setup }
  | { readonly type: 'confirmed'; readonly deed: Deed; readonly setup: Setup; readonly answer: Enabled }
  | { readonly type: 'passkey-asked'; readonly deed: Deed; readonly options: PasskeyCreationOptions }
  | {
      readonly type: 'passkey-registered';
      readonly deed: Deed;
      readonly answer: RegisteredPasskey;
      /** The service and the account, as the passkey has them. */
      readonly of: Pick<CodeSet, 'account' | 'service'>;
    }
  | {
      readonly type: 'drawn';
      readonly deed: Deed;
      readonly backupCodes: readonly string[];
      readonly at: Date;
    }
  | { readonly type: 'done'; readonly deed: Deed }
  /** Without a `deed`, a call beside them has failed. */
  | { readonly type: 'refused'; readonly deed?: Deed; readonly failure: CallFailure; readonly at: Date };
