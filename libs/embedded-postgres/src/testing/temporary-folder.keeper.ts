// The process beside a test that removes a temporary folder when the test's process is gone.
import { removeWithServers } from './remove-with-servers.js';

const [, , folder = ''] = process.argv;
process.stdin.resume().once('end', () => void removeWithServers(folder));
