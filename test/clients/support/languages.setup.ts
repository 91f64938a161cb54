import { installPackages, isRootOnDebian } from '../../support/debian.js';
import { LANGUAGES, NOT_RUN, OPENSSL, isHere } from './languages.js';

/** Installs the languages that are missing, where that can be done, and names at the end those that nobody ran. */
export default async function setup(): Promise<() => void> {
  const tools = [...LANGUAGES, OPENSSL];
  const here = await Promise.all(tools.map(isHere));
  const missing = tools.filter((_, index) => here[index] === false).flatMap(({ packages }) => packages);
  if (missing.length > 0 && isRootOnDebian()) {
    installPackages(missing, 'for the clients of the specification');
  }
  return () => {
    const reasons = Array.from(NOT_RUN, ([language, reason]) => `${language} (${reason})`);
    process.stdout.write(`\nExamples of the specification that were not run: ${reasons.join(', ')}\n`);
  };
}
