import { CallFailure } from '../api/call-failure.js';
import { type Method, type Proof, type Setup, type Tokens, tokensOf } from '../api/two-factor-api.js';
import { type CodeSet, labelOf } from '../parts/code-set.js';
import { CopyButton } from '../parts/copy-button.js';
import { prove } from './prove.js';
import { saveCodes } from './save-codes.js';
import type { SettingsFlow } from './settings-flow.js';
import { markUnsaved } from './unsaved-codes.js';
import type { View } from './view.js';
import { confirm } from './views/confirm.js';
import { scan } from './views/scan.js';
import { type VoidBecause, voidSetup } from './views/void-setup.js';

/** What `two-factor-enabled` says. The calling session has ended: the tokens are those of the one in its place. */
export interface TwoFactorEnabledDetail {
  readonly isReplacement: boolean;
  readonly enabledAt: string;
  readonly tokens: Tokens;
}

/** A setup whose secrets this page alone holds. */
interface Enrolment {
  readonly setup: Setup;
  readonly isReplacement: boolean;
  /** Whether an earlier QR code may have been scanned that is void by now. */
  readonly isStale: boolean;
}

/** The first authenticator of an account. */
export async function turnOn(flow: SettingsFlow): Promise<void> {
  const from = flow.view;
  const isStale = flow.status?.pending === true || from.kind === 'void';
  flow.isBusy = true;
  flow.notice = undefined;
  flow.host.requestUpdate();
  try {
    const setup = await started(flow, {});
    if (flow.view === from) {
      scanStep(flow, { setup, isReplacement: false, isStale });
    }
  } catch (error) {
    const failure = CallFailure.from(error);
    if (flow.view === from && !flow.takesSignedOut(failure)) {
      flow.notice = { failure };
      flow.showOverview();
    }
  } finally {
    flow.isBusy = false;
    flow.host.requestUpdate();
  }
}

/**
 * Another authenticator in place of the one that is in use until then.
 *
 * @param methods what may prove it, the first one first
 */
export function replace(flow: SettingsFlow, methods: readonly Method[] = ['totp', 'backup_code']): void {
  prove(flow, {
    methods,
    texts: ({ proof }) => ({
      title: proof.replaceTitle,
      text: proof.replaceText,
      submit: proof.replaceSubmit,
    }),
    send: async (proof, isStillHere) => {
      const setup = await started(flow, proof);
      if (isStillHere()) {
        scanStep(flow, { setup, isReplacement: true, isStale: false });
      }
    },
  });
}

/** Where to go without the phone when only the phone is proof: nowhere, without a backup code. */
export function withoutPhone(flow: SettingsFlow): (() => void) | undefined {
  const remaining = flow.status?.backupCodes.remaining ?? 0;
  return remaining > 0 ? () => replace(flow, ['backup_code', 'totp']) : undefined;
}

async function started(flow: SettingsFlow, proof: Proof): Promise<Setup> {
  const setup = await flow.api.setup(proof);
  flow.otherTabs.tellStarted(whoseIs(flow, setup));
  return setup;
}

/** Tells accounts apart, among the tabs of a browser. */
function whoseIs({ host }: SettingsFlow, { otpauthUri }: Setup): string {
  const { service, account } = labelOf(otpauthUri);
  return [host.baseUrl, service, account].join(' ');
}

function voidedBy(flow: SettingsFlow, { setup, isReplacement }: Enrolment): NonNullable<View['voidedBy']> {
  return { whose: whoseIs(flow, setup), show: () => voidStep(flow, { because: 'elsewhere', isReplacement }) };
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
    render: () => confirm({ t: flow.t, form, back }),
  });
  form.focus();
}

async function confirmed(
  flow: SettingsFlow,
  { setup, isReplacement }: Enrolment,
  { code = '', ...rest }: Proof,
): Promise<void> {
  const { visit } = flow;
  const { enabledAt, ...session } = await flow.api.enable({ ...rest, code });
  if (flow.visit !== visit) {
    // The session is nobody's, and nobody has seen the codes.
    markUnsaved(enabledAt);
    return;
  }
  // Before all else: the session that made the call has ended.
  const detail: TwoFactorEnabledDetail = { isReplacement, enabledAt, tokens: tokensOf(session) };
  flow.host.emit('two-factor-enabled', detail);
  flow.markUnsaved(enabledAt);
  saveCodes(flow, setOf(setup, enabledAt), isReplacement ? 'replaced' : 'enabled');
}

/**
 * A confirmation whose answer was lost may have been done, and then this session has ended with it. The codes
 * are still here and nowhere else: they are shown rather than thrown away.
 */
function takesFailure(
  flow: SettingsFlow,
  { setup, isReplacement }: Enrolment,
  { failure, isDoubtful }: { readonly failure: CallFailure; readonly isDoubtful: boolean },
): boolean {
  if (failure.isSignedOut && isDoubtful) {
    saveCodes(flow, setOf(setup, new Date().toISOString()), 'doubtful');
    return true;
  }
  if (failure.code === 'TWO_FACTOR_SETUP_NOT_PENDING') {
    voidStep(flow, { because: 'expired', isReplacement });
    return true;
  }
  return false;
}

function voidStep(
  flow: SettingsFlow,
  { because, isReplacement }: { readonly because: VoidBecause; readonly isReplacement: boolean },
): void {
  const startAgain = (): void => (isReplacement ? replace(flow) : void turnOn(flow));
  const cancel = flow.backToOverview;
  flow.show({
    kind: 'void',
    render: () => voidSetup({ t: flow.t, because, isBusy: flow.isBusy, startAgain, cancel }),
  });
}

function setOf({ backupCodes, otpauthUri }: Setup, drawnAt: string): CodeSet {
  return { codes: backupCodes, drawnAt, ...labelOf(otpauthUri) };
}
