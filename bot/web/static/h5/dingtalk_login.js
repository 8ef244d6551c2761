/** Inside DingTalk: its app names the person with a code. Where it has no way to, its login page does. */

const PATIENCE = 4000; // milliseconds
const ASK = "runtime.permission.requestAuthCode";

const login = document.querySelector("#login");
const byPage = login.querySelector("a").href;

/** The code, by the bridge that DingTalk's own script library uses on this phone. */
function asked() {
  const wanted = { corpId: login.dataset.corp, url: location.href.split("#")[0] };
  return Promise.any([onAndroid(wanted), onApple(wanted)]);
}

function ready(event, there) {
  return there() ? Promise.resolve() : new Promise((done) => document.addEventListener(event, done, { once: true }));
}

async function onAndroid(wanted) {
  await ready("runtimeready", () => window.nuva && window.nuva.isReady !== false);
  const at = ASK.lastIndexOf(".");
  return new Promise((done, failed) => {
    window.nuva.require()(({ code }) => done(code), failed, ASK.slice(0, at), ASK.slice(at + 1), wanted);
  });
}

async function onApple(wanted) {
  await ready("WebViewJavascriptBridgeReady", () => window.WebViewJavascriptBridge);
  const bridge = window.WebViewJavascriptBridge;
  try {
    bridge.init(() => {});
  } catch {
    login.dataset.bridge = "begun"; // by another script of the page before us
  }
  return new Promise((done, failed) => {
    bridge.callHandler(ASK, wanted, (answer) => (answer?.errorCode === "0" ? done(answer.result.code) : failed(answer)));
  });
}

function late() {
  return new Promise((_, failed) => { setTimeout(() => failed(new Error("no answer")), PATIENCE); });
}

async function enter() {
  const code = await Promise.race([asked(), late()]);
  const answer = await fetch("/h5/login/dingtalk/code", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ code, state: login.dataset.state }),
  });
  if (!answer.ok) throw new Error("refused");
  return (await answer.json()).next;
}

enter().then((next) => location.replace(next), () => location.replace(byPage));
