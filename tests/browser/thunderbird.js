// SPDX-License-Identifier: Apache-2.0
// Read by Thunderbird at its start as its administrator's configuration (thunderbird.sh): with nothing
// but an address and a password it looks the settings up, verifies them, makes the account and reads
// the inbox. What happened is written to result.json in the profile.
/* global Cc, Ci, ChromeUtils, Components, Services */
const run = {address: "@ADDRESS@", password: "@PASSWORD@", ca: "@CA@"};
const LIMIT_MS = 60000;
// what modules have and this file's own place has not
const {AppConstants} = ChromeUtils.importESModule("resource://gre/modules/AppConstants.sys.mjs");
const {AbortController, IOUtils, PathUtils} = Components.utils.getGlobalForObject(AppConstants);

// an IMAP or SMTP server takes a moment: each of these is a promise with a listener of Thunderbird's
function wait(what, start) {
    const {setTimeout} = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");
    return new Promise((resolve, reject) => {
        setTimeout(() => reject(new Error(what + ": not in time")), LIMIT_MS);
        start({
            QueryInterface: ChromeUtils.generateQI(["nsIUrlListener"]),
            OnStartRunningUrl() {},
            OnStopRunningUrl(url, status) {
                if (Components.isSuccessCode(status)) {
                    resolve();
                } else {
                    reject(new Error(what + ": " + status.toString(16)));
                }
            },
        });
    });
}

async function find() {
    const {FindConfig} = ChromeUtils.importESModule("resource:///modules/accountcreation/FindConfig.sys.mjs");
    const {AccountConfig} = ChromeUtils.importESModule("resource:///modules/accountcreation/AccountConfig.sys.mjs");
    const stream = FindConfig.parallelAutoDiscovery(run.address.split("@")[1], run.address,
        new AbortController().signal, run.password);
    let step = await stream.next();
    while (!step.done) { // it asks whether a foreign host may have the password
        step = await stream.next({acceptRedirect: false});
    }
    AccountConfig.replaceVariables(step.value, "Anna", run.address, run.password);
    return step.value;
}

async function verify(config) {
    const {ConfigVerifier} = ChromeUtils.importESModule("resource:///modules/accountcreation/ConfigVerifier.sys.mjs");
    await new ConfigVerifier(null, new AbortController().signal).verifyConfig(config, false);
}

async function read(config) {
    const {CreateInBackend} = ChromeUtils.importESModule("resource:///modules/accountcreation/CreateInBackend.sys.mjs");
    const account = await CreateInBackend.createAccountInBackend(config);
    account.incomingServer.password = run.password;
    const imap = Cc["@mozilla.org/messenger/imapservice;1"].getService(Ci.nsIImapService);
    await wait("folders", l => imap.discoverAllFolders(account.incomingServer.rootFolder, l, null));
    const inbox = account.incomingServer.rootFolder.getChildNamed("INBOX").QueryInterface(Ci.nsIMsgImapMailFolder);
    await wait("inbox", l => inbox.updateFolderWithListener(null, l));
    return [...inbox.msgDatabase.enumerateMessages()].map(m => m.mime2DecodedSubject);
}

async function all() {
    const result = {};
    try {
        Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB).addCertFromBase64(run.ca, "CT,,");
        const config = await find();
        const server = s => ({type: s.type, hostname: s.hostname, port: s.port, username: s.username,
            tls: s.socketType == Ci.nsMsgSocketType.SSL});
        result.source = config.source;
        result.incoming = server(config.incoming);
        result.outgoing = server(config.outgoing);
        await verify(config);
        result.verified = true;
        result.subjects = await read(config);
    } catch (e) {
        result.error = `${e} ${e.stack} ${e.cause ? JSON.stringify(e.cause) : ""}`;
    }
    await IOUtils.writeUTF8(PathUtils.join(PathUtils.profileDir, "result.json"), JSON.stringify(result));
    Services.startup.quit(Ci.nsIAppStartup.eForceQuit);
}

Services.obs.addObserver(all, "final-ui-startup");
