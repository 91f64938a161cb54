import { describe, expect, it } from 'vitest';
import { useBrowser } from './support/visitor.js';

const here = useBrowser();

describe('the reader of the document', () => {
  it('executes a call at the address where it is, whatever port that has', async () => {
    const page = await here.browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') {
        complaints.push(message.text());
      }
    });
    await page.goto(`${here.app.url}/docs`);
    await page
      .locator('#operations-health-health-live summary, #operations-health-health-live button')
      .first()
      // Swagger UI writes the operation into the address; whether that counts as a navigation to wait for is a race.
      .click({ noWaitAfter: true });
    await page.getByRole('button', { name: 'Try it out' }).click();
    const answer = page.waitForResponse((response) => response.url().endsWith('/health/live'), {
      timeout: 20_000,
    });
    await page.getByRole('button', { name: 'Execute' }).click();

    const response = await answer;
    expect({ url: response.url(), status: response.status() }).toEqual({
      url: `${here.app.url}/health/live`,
      status: 200,
    });
    await page.locator('.live-responses-table').getByText('"status": "ok"').waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });
});
