import type { CallFailure } from '../api/call-failure.js';
import { type RegisteredPasskey, type Status, type Tokens, tokensOf } from '../api/contract.js';
import { codesOf } from '../parts/code-set.js';
import type { Change, ChangeEvent, Deed, Enabling, Known, Loads, Outcome } from './change-state.js';
import { doubting, settled } from './change-doubt.js';
import { proofOf } from './change-proof.js';

export type { Change, ChangeEvent, Deed, Enabling, Outcome } from './change-state.js';

export const beginChange: Change = { step: 'loading', load: 0, isLoading: true };

type Of<Type extends ChangeEvent['type']> = ChangeEvent & { readonly type: Type };
/** Where something is chosen. */
type Open = Extract<Change, { readonly isBusy: boolean } | { readonly step: 'proving' }>;
/** Where something is done. */
type About = Extract<Change, Known & { readonly deed?: Deed }>;

/** What comes of an event. One that is of another step, or of a deed that was left, changes no view. */
export function change(state: Change, event: ChangeEvent): Change {
  switch (event.type) {
    case 'load':
      return {
        ...(state.step === 'signed-out' ? loading(state) : state),
        load: state.load + 1,
        isLoading: true,
      };
    case 'loaded':
      return event.load === state.load ? loaded(state, event.status) : state;
    case 'load-failed':
      return event.load === state.load ? loadFailed(state, event.failure) : state;
    case 'chosen':
      return 'isBusy' in state || state.step === 'proving' ? choose(state, { ...event.deed }) : state;
    case 'set-up':
      return isAbout(state, event.deed) ? setUp(state, event) : state;
    case 'passkey-asked':
      return isAbout(state, event.deed)
        ? { ...known(state), step: 'creating-passkey', deed: event.deed, options: event.options }
        : state;
    case 'next':
      return state.step === 'scanning'
        ? { ...state, step: 'confirming', failure: undefined, isLoading: false }
        : state;
    case 'back':
      return back(state);
    case 'started-elsewhere':
      return 'setup' in state ? voided(state, 'elsewhere') : state;
    case 'confirmed':
      return confirmed(state, event);
    case 'passkey-registered':
      return registered(state, event);
    case 'drawn':
      return drawn(state, event);
    case 'done':
      return done(state, event.deed);
    case 'codes-saved':
      return state.step === 'saving' ? codesSaved(state) : state;
    case 'refused':
      return refused(doubting(state, event), event);
  }
}

function loads({ load, status, doubt }: Change): Loads {
  return { load, status, doubt };
}

function known({ load, status, doubt }: Known): Known {
  return { load, status, doubt };
}

function isAbout(state: Change, deed: Deed): state is About {
  return state.step !== 'saving' && 'deed' in state && state.deed === deed;
}

function loading(state: Change, to: { outcome?: Outcome | undefined; enabled?: Enabling } = {}): Change {
  return { ...loads(state), step: 'loading', load: state.load + 1, isLoading: true, ...to };
}

function signedOut(state: Change): Change {
  return { ...loads(state), step: 'signed-out' };
}

function loaded(state: Change, status: Status): Change {
  const now = { load: state.load, status, ...settled(state, status) };
  return isShown(state) && state.step !== 'overview'
    ? { ...now, step: 'overview', isBusy: false, outcome: outcomeOf(state) }
    : { ...state, ...now };
}

function loadFailed(state: Change, failure: CallFailure): Change {
  if (!isShown(state)) {
    return state;
  }
  return failure.isSignedOut
    ? signedOut(state)
    : { ...loads(state), step: 'failed', failure, outcome: outcomeOf(state) };
}

/** Not once somebody has gone on; and codes stay until they are safe. */
function isShown(state: Change): boolean {
  return state.isLoading === true && state.step !== 'saving';
}

/** What is told, where something is. */
export function outcomeOf(state: Change): Outcome | undefined {
  return 'outcome' in state ? state.outcome : undefined;
}

/** The session that has taken the place of the one that asked. */
export function enabledOf(state: Change): Enabling | undefined {
  return 'enabled' in state ? state.enabled : undefined;
}

function choose(state: Open, deed: Deed): Change {
  if ('isBusy' in state && state.isBusy && state.deed?.kind === deed.kind) {
    return state;
  }
  switch (deed.kind) {
    case 'first-app':
      return begin(state, deed);
    case 'first-passkey':
      return { ...known(state), step: 'creating-passkey', deed };
    case 'rename':
      return { ...known(state), step: 'naming', deed, isBusy: deed.name !== undefined };
    case 'add-app':
      return deed.name === undefined
        ? { ...known(state), step: 'naming', deed, isBusy: false }
        : prove(state, deed);
    case 'replace':
      return replace(state, deed);
    case 'draw-codes':
      return prove(state, { ...deed, drawnBefore: state.status.backupCodes.generatedAt });
    case 'add-passkey':
    case 'remove':
    case 'turn-off':
      return prove(state, deed);
  }
}

/** A session that was signed in by a backup code has proved enough to replace an app, for a while. */
function replace(state: Open, deed: Deed & { readonly kind: 'replace' }): Change {
  const { authenticators, recoveryUntil = null } = state.status;
  const among = authenticators.filter(({ type }) => type === 'totp');
  if (deed.replaces === undefined && among.length > 1) {
    return { ...known(state), step: 'choosing', deed, among, isBusy: false };
  }
  return recoveryUntil === null ? prove(state, deed) : begin(state, deed);
}

/** Without a proof. */
function begin(state: Open, deed: Deed): Change {
  if (state.step === 'choosing' && deed.kind === 'replace') {
    return { ...state, deed, isBusy: true };
  }
  return state.step === 'void'
    ? { ...state, deed, isBusy: true }
    : { ...known(state), step: 'overview', deed, isBusy: true };
}

function prove(state: About, deed: Deed): Change {
  return { ...known(state), step: 'proving', deed, ...proofOf(deed, state.status) };
}

function setUp(state: About, { deed, setup }: Of<'set-up'>): Change {
  const isStale = state.step === 'void' || (deed.kind === 'first-app' && state.status.pending);
  return { ...known(state), step: 'scanning', deed, setup, isStale, isDoubtful: false };
}

function back(state: Change): Change {
  switch (state.step) {
    case 'confirming':
      return { ...state, step: 'scanning', isLoading: false };
    case 'failed':
      return loading(state, { outcome: state.outcome });
    case 'loading':
    case 'overview':
    case 'saving':
    case 'signed-out':
      return state;
    case 'choosing':
    case 'creating-passkey':
    case 'naming':
    case 'proving':
    case 'scanning':
    case 'void':
      return loading(state);
  }
}

/** It begins anew: what is answered about the setup that was is late. */
function voided(state: Known & { readonly deed: Deed }, because: 'elsewhere' | 'expired'): Change {
  return { ...known(state), step: 'void', deed: { ...state.deed }, because, isBusy: false };
}

/** Wherever somebody is by now: the session that asked has ended, and there are codes that nobody sees again. */
function confirmed(state: Change, { deed, setup, answer }: Of<'confirmed'>): Change {
  const { enabledAt, ...session } = answer;
  const enabled: Enabling = { change: enablingOf(deed), enabledAt, tokens: tokensOf(session) };
  return setup.backupCodes.length === 0
    ? loading(state, { outcome: { done: deed }, enabled })
    : { ...loads(state), step: 'saving', deed, codes: codesOf(setup, enabledAt), enabled };
}

/** What an app is set up for. */
export function enablingOf({ kind }: Deed): Enabling['change'] {
  return kind === 'replace' ? 'replaced' : kind === 'add-app' ? 'added' : 'first';
}

/** The first one brings codes, and ends the session that asked. */
function registered(state: Change, { deed, answer, of }: Of<'passkey-registered'>): Change {
  const { enabledAt, backupCodes: codes } = answer;
  if (enabledAt === undefined || codes === undefined) {
    return done(state, deed);
  }
  const enabled: Enabling | undefined = hasTokens(answer)
    ? { change: 'first', enabledAt, tokens: tokensOf(answer) }
    : undefined;
  return { ...loads(state), step: 'saving', deed, codes: { codes, drawnAt: enabledAt, ...of }, enabled };
}

function hasTokens(answer: RegisteredPasskey): answer is RegisteredPasskey & Tokens {
  return answer.accessToken !== undefined;
}

function drawn(state: Change, { deed, backupCodes, at }: Of<'drawn'>): Change {
  const codes = { codes: backupCodes, drawnAt: at.toISOString(), service: '', account: '' };
  return { ...loads(state), doubt: undefined, step: 'saving', deed, codes };
}

function done(state: Change, deed: Deed): Change {
  const isNews = state.step === 'overview' || state.step === 'loading' || isAbout(state, deed);
  return isNews ? loading(state, { outcome: { done: deed } }) : state;
}

function codesSaved(state: Change & { readonly step: 'saving' }): Change {
  return state.isDoubtful === true ? signedOut(state) : loading(state, { outcome: { done: state.deed } });
}

/**
 * After a confirmation whose answer was lost, this session may have ended with it. The codes are here and nowhere else:
 * they are shown rather than thrown away.
 */
function refused(state: Change, { deed, failure, at }: Of<'refused'>): Change {
  if (state.step === 'saving' || (deed !== undefined && !isAbout(state, deed))) {
    return state;
  }
  if (failure.isSignedOut) {
    return 'setup' in state && state.isDoubtful && state.setup.backupCodes.length > 0
      ? {
          ...loads(state),
          step: 'saving',
          deed: state.deed,
          codes: codesOf(state.setup, at.toISOString()),
          isDoubtful: true,
        }
      : signedOut(state);
  }
  return deed !== undefined && isAbout(state, deed) ? stopped(state, deed, failure) : state;
}

function stopped(state: About, deed: Deed, failure: CallFailure): Change {
  const { code, isAnswerLost } = failure;
  switch (state.step) {
    case 'naming':
      return { ...state, isBusy: false, failure };
    case 'proving':
      return { ...state, failure, needsPassword: state.needsPassword || failure.needsPassword };
    case 'creating-passkey':
      // What was asked for is spent or has run out, and with it the proof that it took.
      return code === 'TWO_FACTOR_PASSKEY_INVALID'
        ? loading(state, { outcome: { failure } })
        : { ...state, failure, needsPassword: state.needsPassword || failure.needsPassword };
    case 'confirming':
    case 'scanning':
      return code === 'TWO_FACTOR_SETUP_NOT_PENDING'
        ? voided(state, 'expired')
        : {
            ...state,
            failure,
            needsPassword: state.needsPassword || failure.needsPassword,
            isDoubtful: state.isDoubtful || isAnswerLost,
          };
    case 'choosing':
    case 'overview':
    case 'void':
      // Once the while is over, or the replacement is done, it takes a proof like any other.
      return deed.kind === 'replace' && code === 'TWO_FACTOR_ALREADY_ENABLED'
        ? prove(state, { ...deed })
        : { ...known(state), step: 'overview', isBusy: false, outcome: { failure } };
  }
}
