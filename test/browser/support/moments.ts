import type { Page } from 'playwright-core';

/** Something one side waits for and the other brings about. */
export function aMoment(): { readonly reached: Promise<void>; readonly reach: () => void } {
  let reach = (): void => undefined;
  const reached = new Promise<void>((resolve) => (reach = resolve));
  return { reached, reach: () => reach() };
}

/** Waits until the page has drawn what it knows. */
export async function aFrame(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
}

/** Lets a request through and keeps its answer back until the test says so. */
export async function keepBack(
  page: Page,
  path: string,
): Promise<{ asked: Promise<void>; answer: () => Promise<void> }> {
  const [asked, released, answered] = [aMoment(), aMoment(), aMoment()];
  // It stays: when the last one goes, Playwright lets all pass that are under way.
  await page.route(`**/auth/2fa${path}`, async (route) => {
    const response = await route.fetch();
    asked.reach();
    await released.reached;
    await route.fulfill({ response });
    answered.reach();
  });
  return {
    asked: asked.reached,
    answer: async () => {
      released.reach();
      await answered.reached;
      // What the answer does, it does before the next frame but one.
      await aFrame(page);
    },
  };
}
