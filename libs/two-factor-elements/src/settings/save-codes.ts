import type { CodeSet } from '../parts/code-set.js';
import { SaveCodes } from '../parts/save-codes.js';
import type { SettingsFlow } from './settings-flow.js';
import { type CodesOf, save } from './views/save.js';

/** Shows ten codes until somebody says that they are safe. */
export function saveCodes(flow: SettingsFlow, set: CodeSet, of: CodesOf): void {
  const form = new SaveCodes(flow.host, set, () => codesAreSafe(flow, of));
  flow.show({ kind: 'save', render: () => save({ t: flow.t, of, form }) });
}

function codesAreSafe(flow: SettingsFlow, of: CodesOf): void {
  flow.forgetMarked();
  flow.host.emit('two-factor-codes-saved');
  const { done } = flow.t;
  if (of === 'doubtful') {
    flow.showSignedOut();
    flow.host.emit('two-factor-signed-out');
  } else {
    flow.finish(
      {
        enabled: done.enabled,
        passkey: done.enabledByPasskey,
        replaced: done.replaced,
        drawn: done.codesDrawn,
      }[of],
    );
  }
}
