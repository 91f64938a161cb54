// The process beside a test that removes a temporary folder: when the test ends its input, as every end of the test does.
import { removeWithServers } from './remove-with-servers.js';

const [, , folder = ''] = process.argv;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // Who signals to all processes means the test, and the folder goes with that.
  process.on(signal, () => {});
}
process.stdin.resume().once('end', () => void removeWithServers(folder));
