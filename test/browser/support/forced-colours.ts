import { expect } from 'vitest';
import type { Visitor } from './visitor.js';

/**
 * Turns it on where the visitor chooses the colours, and sees that what colours tell elsewhere is told all the same.
 *
 * @param look takes a picture, or more
 */
export async function turnOnInForcedColours(
  visitor: Visitor,
  look: (state: string) => Promise<unknown>,
): Promise<void> {
  const { page } = visitor;
  expect(await page.evaluate(() => matchMedia('(forced-colors: active)').matches)).toBe(true);
  await visitor.register();
  await visitor.button('Turn on').click();
  await visitor.heading('Scan with your authenticator app').waitFor();
  const lines = await page
    .locator('.steps li')
    .evaluateAll((steps) => steps.map((step) => getComputedStyle(step).textDecorationLine));
  expect(lines).toEqual(['underline', 'none', 'none']);
  await look('57-forced-colours-scan');
  await visitor.scan();
  await visitor.button('Next').click();
  await visitor.enter(visitor.wrongCode);
  await visitor.says('That code did not work.');
  await visitor.enter(visitor.code);
  await visitor.heading('Save your backup codes').waitFor();
  await visitor.proveSaved(await visitor.shownCodes());
  await visitor.says('10 of 10 left');
  await look('57-forced-colours-on');

  const background = (selector: string, pseudo?: string): Promise<string> =>
    page
      .locator(selector)
      .first()
      .evaluate((element, which) => getComputedStyle(element, which).backgroundColor, pseudo);
  expect(await background('.events .failure', '::before')).not.toBe(
    await background('.events .success', '::before'),
  );
  expect(await background('.meter .left')).not.toBe(await background('.card'));
}
