import type { TestProject } from 'vitest/node';
import { provideBrowser } from './provide-browser.js';

export default function setup(project: TestProject): void {
  provideBrowser(project, {
    name: 'Firefox',
    variable: 'FIREFOX_PATH',
    places: ['/usr/bin/firefox', '/snap/bin/firefox', '/Applications/Firefox.app/Contents/MacOS/firefox'],
    packages: ['firefox-esr', 'fonts-dejavu-core'],
    installed: '/usr/bin/firefox-esr',
  });
}
