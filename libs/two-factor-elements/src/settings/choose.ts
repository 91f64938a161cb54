import type { Authenticator } from '../api/two-factor-api.js';
import type { SettingsFlow } from './settings-flow.js';
import { chooseOne } from './views/choose.js';

/** Asks which one is replaced. */
export function choose(
  flow: SettingsFlow,
  among: readonly Authenticator[],
  chosen: (authenticator: Authenticator) => void,
): void {
  flow.notice = undefined;
  const cancel = flow.backToOverview;
  flow.show({ kind: 'choose', render: () => chooseOne({ t: flow.t, among, chosen, cancel }) });
}
