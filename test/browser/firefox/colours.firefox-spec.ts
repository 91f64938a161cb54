import { expect, it } from 'vitest';
import { turnOnInForcedColours } from '../support/forced-colours.js';
import { Visitor, useBrowser } from '../support/visitor.js';

/** Forced colours, as somebody sets them in Firefox's own settings. */
const here = useBrowser(undefined, { 'browser.display.document_color_use': 2 });

it('tells the present step, a failure and the codes left apart where the visitor chooses the colours', async () => {
  const visitor = await Visitor.arrive(here.browser, here.app);

  await turnOnInForcedColours(visitor, (state) => visitor.look(state));

  expect(await visitor.findings()).toEqual([]);
});
