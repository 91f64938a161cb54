import type { TestProject } from 'vitest/node';
import { provideBrowser } from './provide-browser.js';

export default function setup(project: TestProject): void {
  provideBrowser(project, {
    name: 'Chromium',
    variable: 'CHROMIUM_PATH',
    places: [
      '/usr/bin/chromium-browser',
      '/usr/bin/google-chrome',
      '/usr/bin/google-chrome-stable',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
    ],
    packages: ['chromium', 'fonts-dejavu-core'],
    installed: '/usr/bin/chromium',
  });
}
