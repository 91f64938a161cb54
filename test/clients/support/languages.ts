import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

interface Tool {
  /** Debian's packages. */
  readonly packages: readonly string[];
  /** Fails unless they are there. */
  readonly probe: Command;
}

/** A language that Debian has, with all that the specification's example in it needs. */
interface Language extends Tool {
  readonly name: string;
  /** What the example lies in, and what lies beside it. */
  files(example: string): Readonly<Record<string, string>>;
  /** @param certificate what the client trusts, as PEM */
  run(certificate: string): Command;
}

interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Makes the certificate. */
export const OPENSSL: Tool = {
  packages: ['openssl'],
  probe: { file: 'openssl', args: ['version'] },
};

const GUZZLE = '/usr/share/php/GuzzleHttp/autoload.php';
const JARS = [
  'unirest-java',
  'httpclient',
  'httpcore',
  'httpasyncclient',
  'httpcore-nio',
  'httpmime',
  'com.android.json',
  'commons-logging',
  'commons-codec',
]
  .map((name) => `/usr/share/java/${name}.jar`)
  .join(':');

export const LANGUAGES: readonly Language[] = [
  {
    name: 'python',
    packages: ['python3', 'python3-requests'],
    probe: { file: 'python3', args: ['-c', 'import requests'] },
    files: (example) => ({ 'example.py': example }),
    run: (certificate) => ({
      file: 'python3',
      args: ['example.py'],
      env: { REQUESTS_CA_BUNDLE: certificate },
    }),
  },
  {
    name: 'javascript',
    packages: [],
    probe: { file: process.execPath, args: ['--version'] },
    files: (example) => ({ 'example.mjs': example }),
    run: (certificate) => ({
      file: process.execPath,
      args: ['example.mjs'],
      env: { NODE_EXTRA_CA_CERTS: certificate },
    }),
  },
  {
    name: 'go',
    packages: ['golang-go'],
    probe: { file: 'go', args: ['version'] },
    files: (example) => ({ 'example.go': example }),
    run: (certificate) => ({
      file: 'go',
      args: ['run', 'example.go'],
      env: { SSL_CERT_FILE: certificate },
    }),
  },
  {
    name: 'ruby',
    packages: ['ruby'],
    probe: { file: 'ruby', args: ['-e', 'require "net/http"'] },
    files: (example) => ({ 'example.rb': example }),
    run: (certificate) => ({ file: 'ruby', args: ['example.rb'], env: { SSL_CERT_FILE: certificate } }),
  },
  {
    name: 'java',
    packages: ['default-jdk-headless', 'libunirest-java-java'],
    probe: { file: 'sh', args: ['-c', `javac -version && ls ${JARS.replaceAll(':', ' ')}`] },
    // Imports and a statement: the rest of a program stands around them, and prints what came.
    files: (example) => ({
      'Example.java': example.replace(
        /(?<imports>(?:^import .*\n)+)(?<statements>[^]*)/m,
        `$<imports>public class Example { public static void main(String[] arguments) throws Exception {
$<statements>System.out.println(response.getBody());
System.exit(0); } }\n`,
      ),
    }),
    run: (certificate) => ({
      file: 'sh',
      args: [
        '-c',
        `keytool -importcert -noprompt -file ${certificate} -keystore trusted -storepass changeit &&
        java -Djavax.net.ssl.trustStore=trusted -Djavax.net.ssl.trustStorePassword=changeit -cp ${JARS} Example.java`,
      ],
    }),
  },
  {
    name: 'php',
    packages: ['php-cli', 'php-curl', 'php-guzzlehttp-guzzle'],
    probe: { file: 'php', args: ['-r', `require '${GUZZLE}'; curl_version();`] },
    files: (example) => ({ 'example.php': example, 'vendor/autoload.php': `<?php require '${GUZZLE}';` }),
    run: (certificate) => ({ file: 'php', args: ['-d', `curl.cainfo=${certificate}`, 'example.php'] }),
  },
];

/** The specification's other languages, and why nobody here runs them. */
export const NOT_RUN = new Map([
  ['csharp', 'Debian has no .NET'],
  ['swift', 'Debian 12 has no Swift'],
]);

const execute = promisify(execFile);

/** Runs a command with Debian's own programs before others of the same name, and nothing of this process' variables. */
async function run({ file, args, env = {} }: Command, folder: string): Promise<string> {
  const path = `/usr/bin:/bin:${process.env['PATH'] ?? ''}`;
  const { stdout } = await execute(file, args, {
    cwd: folder,
    env: { PATH: path, HOME: folder, ...env },
    timeout: 120_000,
  });
  return stdout;
}

async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'client-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Whether a language is here, with what its example needs. */
export function isHere({ probe }: Tool): Promise<boolean> {
  return inFolder((folder) => run(probe, folder)).then(
    () => true,
    () => false,
  );
}

/** Runs an example in a folder of its own. @returns what it prints */
export function runExample(language: Language, example: string, certificate: string): Promise<string> {
  return inFolder(async (folder) => {
    for (const [name, content] of Object.entries(language.files(example))) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    }
    return run(language.run(certificate), folder);
  });
}
