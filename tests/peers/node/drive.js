// Drives a router with node-routeros and prints what happened as one JSON object.
// Usage: node drive.js HOST PORT USER PASSWORD
const { RouterOSAPI } = require("node-routeros");

const [host, port, user, password] = process.argv.slice(2);

async function refusal(action) {
  try {
    await action();
    return null;
  } catch (error) {
    return error.message;
  }
}

async function main() {
  const seen = {};
  const wrong = new RouterOSAPI({ host, port: Number(port), user, password: password + "x", timeout: 5 });
  wrong.on("error", () => {});
  seen.badLogin = await refusal(() => wrong.connect());

  const api = new RouterOSAPI({ host, port: Number(port), user, password, timeout: 5 });
  await api.connect();
  seen.identity = (await api.write("/system/identity/print"))[0].name;
  const added = await api.write("/ip/pool/add", ["=name=node-pool", "=ranges=10.9.0.2-10.9.0.9"]);
  seen.added = added[0].ret;
  seen.duplicate = await refusal(() => api.write("/ip/pool/add", ["=name=node-pool", "=ranges=10.9.0.2"]));
  await api.write("/ip/pool/set", ["=.id=" + seen.added, "=comment=written by node"]);
  seen.found = await api.write("/ip/pool/print", ["?name=node-pool"]);
  const both = await Promise.all([api.write("/system/resource/print"), api.write("/ip/service/print")]);
  seen.parallel = [both[0][0].version, both[1].length];
  await api.write("/ip/pool/remove", ["=.id=" + seen.added]);
  seen.removedTwice = await refusal(() => api.write("/ip/pool/remove", ["=.id=" + seen.added]));
  await api.close();
  console.log(JSON.stringify(seen));
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
