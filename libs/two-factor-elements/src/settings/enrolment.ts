import { CallFailure } from '../api/call-failure.js';
import {
  type Method,
  type Proof,
  type Setup,
  type SetupWish,
  type Tokens,
  tokensOf,
} from '../api/two-factor-api.js';
import { type CodeSet, labelOf } from '../parts/code-set.js';
import { CopyButton } from '../parts/copy-button.js';
import { choose } from './choose.js';
import { nameStep } from './name-step.js';
import { allProofs, prove } from './prove.js';
import { saveCodes } from './save-codes.js';
import type { SettingsFlow } from './settings-flow.js';
import { markUnsaved } from './unsaved-codes.js';
import type { View } from './view.js';
import { confirm } from './views/confirm.js';
import { scan } from './views/scan.js';
import { type VoidBecause, voidSetup } from './views/void-setup.js';

/** The first authenticator, one more beside it, or one that took the place of another. */
export type Change = 'first' | 'added' | 'replaced';

/** What `two-factor-enabled` says. The calling session has ended: the tokens are those of the one in its place. */
export interface TwoFactorEnabledDetail {
  readonly change: Change;
  readonly enabledAt: string;
  readonly tokens: Tokens;
}

/** A setup whose secrets this page alone holds. */
interface Enrolment {
  readonly setup: Setup;
  readonly change: Change;
  /** Begins it once more. */
  readonly again: () => void;
  /** Whether an earlier QR code may have been scanned that is void by now. */
  readonly isStale: boolean;
}

/** The first authenticator of an account. */
export async function turnOn(flow: SettingsFlow): Promise<void> {
  const isStale = flow.status?.pending === true || flow.view.kind === 'void';
  await beginFreely(flow, { change: 'first', wish: {}, isStale, again: () => void turnOn(flow) });
}

/**
 * Another authenticator in place of the one that is in use until then; of which, is asked when there are several. A
 * session that was signed in by a backup code has proved enough, for a while.
 *
 * @param methods what may prove it, the first one first
 */
export function replace(flow: SettingsFlow, methods: readonly Method[] = allProofs(flow)): void {
  const apps = flow.status?.authenticators.filter(({ type }) => type === 'totp') ?? [];
  const isRecovering = (flow.status?.recoveryUntil ?? null) !== null;
  const chosen = (wish: SetupWish): void => {
    const begun: Begun = { methods, change: 'replaced', wish };
    if (isRecovering) {
      void recover(flow, begun);
    } else {
      begin(flow, begun);
    }
  };
  if (apps.length > 1) {
    choose(flow, apps, ({ id }) => chosen({ replaces: id }));
  } else {
    chosen({});
  }
}

/** Once the while is over, or the replacement is done, it takes a proof like any other. */
async function recover(flow: SettingsFlow, begun: Begun): Promise<void> {
  const { change, wish } = begun;
  await beginFreely(flow, {
    change,
    wish,
    isStale: flow.view.kind === 'void',
    again: () => void recover(flow, begun),
    takes: ({ code }) => {
      const isOver = code === 'TWO_FACTOR_ALREADY_ENABLED';
      if (isOver) {
        begin(flow, begun);
      }
      return isOver;
    },
  });
}

interface BegunFreely extends Omit<Enrolment, 'setup'> {
  readonly wish: SetupWish;
  /** Takes a failure that the overview has no face for; says whether it did. */
  readonly takes?: (failure: CallFailure) => boolean;
}

/** Without a proof. */
async function beginFreely(flow: SettingsFlow, { wish, takes, ...enrolment }: BegunFreely): Promise<void> {
  if (flow.isBusy) {
    return;
  }
  const from = flow.view;
  flow.isBusy = true;
  flow.notice = undefined;
  flow.host.requestUpdate();
  try {
    const setup = await started(flow, wish);
    if (flow.view === from) {
      scanStep(flow, { ...enrolment, setup });
    }
  } catch (error) {
    const failure = CallFailure.from(error);
    if (flow.view === from && takes?.(failure) !== true && !flow.takesSignedOut(failure)) {
      flow.notice = { failure };
      flow.showOverview();
    }
  } finally {
    flow.isBusy = false;
    flow.host.requestUpdate();
  }
}

/** Another app beside the factors that there are, by the name that its owner gives it. */
export function addApp(flow: SettingsFlow): void {
  nameStep(flow, {
    texts: ({ authenticators }) => ({
      title: authenticators.addAppTitle,
      text: authenticators.addAppText,
      submit: authenticators.next,
    }),
    name: '',
    send: (name) => {
      const wish = { add: true, ...(name !== '' && { name }) };
      begin(flow, { methods: allProofs(flow), change: 'added', wish });
    },
  });
}

interface Begun {
  readonly methods: readonly Method[];
  readonly change: 'added' | 'replaced';
  readonly wish: SetupWish;
}

function begin(flow: SettingsFlow, begun: Begun): void {
  const { methods, change, wish } = begun;
  prove(flow, {
    methods,
    texts: ({ proof, authenticators }) => ({
      title: change === 'added' ? authenticators.addAppTitle : proof.replaceTitle,
      text: change === 'added' ? proof.addText : proof.replaceText,
      submit: proof.replaceSubmit,
    }),
    send: async (proof, isStillHere) => {
      const setup = await started(flow, { ...proof, ...wish });
      if (isStillHere()) {
        scanStep(flow, { setup, change, again: () => begin(flow, begun), isStale: false });
      }
    },
  });
}

async function started(flow: SettingsFlow, proof: Proof & SetupWish): Promise<Setup> {
  const setup = await flow.api.setup(proof);
  flow.otherTabs.tellStarted(whoseIs(flow, setup));
  return setup;
}

/** Tells accounts apart, among the tabs of a browser. */
function whoseIs({ host }: SettingsFlow, { otpauthUri }: Setup): string {
  const { service, account } = labelOf(otpauthUri);
  return [host.baseUrl, service, account].join(' ');
}

function voidedBy(flow: SettingsFlow, { setup, again }: Enrolment): NonNullable<View['voidedBy']> {
  return { whose: whoseIs(flow, setup), show: () => voidStep(flow, { because: 'elsewhere', again }) };
}

function scanStep(flow: SettingsFlow, enrolment: Enrolment): void {
  const view = {
    ...enrolment,
    copy: new CopyButton(flow.host, () => enrolment.setup.secret),
    next: () => confirmStep(flow, enrolment),
    cancel: flow.backToOverview,
  };
  flow.show({
    kind: 'scan',
    voidedBy: voidedBy(flow, enrolment),
    render: () => scan({ t: flow.t, ...view }),
  });
}

function confirmStep(flow: SettingsFlow, enrolment: Enrolment): void {
  let isDoubtful = false;
  const form = flow.form({
    methods: ['totp'],
    send: (proof) => confirmed(flow, enrolment, proof),
    // Nothing has been used yet: a replay is not what it is.
    refusedHint: (t) => t.confirm.refusedHint,
    takes: (failure) => {
      const isTaken = takesFailure(flow, enrolment, { failure, isDoubtful });
      // It may have been done: whoever is signed out by the next try was so by this one.
      isDoubtful ||= failure.isAnswerLost;
      return isTaken;
    },
  });
  const back = (): void => scanStep(flow, enrolment);
  flow.show({
    kind: 'confirm',
    form,
    voidedBy: voidedBy(flow, enrolment),
    render: () => confirm({ t: flow.t, form, back, hasSteps: enrolment.change !== 'added' }),
  });
  form.focus();
}

async function confirmed(
  flow: SettingsFlow,
  { setup, change }: Enrolment,
  { code = '', ...rest }: Proof,
): Promise<void> {
  const { visit } = flow;
  const { enabledAt, ...session } = await flow.api.enable({ ...rest, code });
  const hasCodes = setup.backupCodes.length > 0;
  if (flow.visit !== visit) {
    // The session is nobody's, and nobody has seen the codes.
    if (hasCodes) {
      markUnsaved(enabledAt);
    }
    return;
  }
  // Before all else: the session that made the call has ended.
  const detail: TwoFactorEnabledDetail = { change, enabledAt, tokens: tokensOf(session) };
  flow.host.emit('two-factor-enabled', detail);
  if (!hasCodes) {
    // One beside others: the codes there are stay.
    flow.finish(flow.t.done.appAdded);
    return;
  }
  flow.markUnsaved(enabledAt);
  saveCodes(flow, setOf(setup, enabledAt), change === 'replaced' ? 'replaced' : 'enabled');
}

/**
 * A confirmation whose answer was lost may have been done, and then this session has ended with it. The codes
 * are still here and nowhere else: they are shown rather than thrown away.
 */
function takesFailure(
  flow: SettingsFlow,
  { setup, again }: Enrolment,
  { failure, isDoubtful }: { readonly failure: CallFailure; readonly isDoubtful: boolean },
): boolean {
  if (failure.isSignedOut && isDoubtful && setup.backupCodes.length > 0) {
    saveCodes(flow, setOf(setup, new Date().toISOString()), 'doubtful');
    return true;
  }
  if (failure.code === 'TWO_FACTOR_SETUP_NOT_PENDING') {
    voidStep(flow, { because: 'expired', again });
    return true;
  }
  return false;
}

function voidStep(
  flow: SettingsFlow,
  { because, again }: { readonly because: VoidBecause; readonly again: () => void },
): void {
  const cancel = flow.backToOverview;
  flow.show({
    kind: 'void',
    render: () => voidSetup({ t: flow.t, because, isBusy: flow.isBusy, startAgain: again, cancel }),
  });
}

function setOf({ backupCodes, otpauthUri }: Setup, drawnAt: string): CodeSet {
  return { codes: backupCodes, drawnAt, ...labelOf(otpauthUri) };
}
