/** A process that makes a temporary folder with a server in it, tells of both, and fails, waits, or removes them on a line of input. */
import { startEmbeddedPostgres } from '../src/embedded-postgres.js';
import { makeTemporaryFolder } from '../src/testing/temporary-folder.js';

const folder = await makeTemporaryFolder();
const { path } = folder;
const { connection, processId } = await startEmbeddedPostgres({ dataDir: path, fsync: false });
process.stdout.write(`${JSON.stringify({ path, socketDir: connection.host, processId })}\n`);
if (process.argv[2] === 'fail') {
  throw new Error('A set-up that fails');
}
process.stdin.once('data', () => void folder.remove());
