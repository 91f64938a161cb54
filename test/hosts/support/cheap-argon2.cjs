// Loaded before a host whose tests ask for thousands of hashes and guess at none: Argon2id with the least memory that the
// package takes, under the label of what was asked for.
const argon2 = require(require.resolve('argon2', { paths: [process.cwd()] }));

const CHEAP_KIB = 1024;
const { hash } = argon2;

argon2.hash = async (password, options) => {
  const phc = await hash(password, { ...options, memoryCost: CHEAP_KIB });
  return phc.replace(`$m=${CHEAP_KIB},`, `$m=${options.memoryCost},`);
};
