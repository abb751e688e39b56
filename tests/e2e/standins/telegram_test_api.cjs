// Starts the npm package telegram-test-api so that python-telegram-bot 22 can talk to it:
//   node telegram_test_api.cjs PACKAGE_FOLDER PORT SECRET
// As shipped it leaves out fields that the Bot API requires (is_bot, chat_instance, the date of a tapped message),
// counts dates in milliseconds, answers null where Telegram answers true or the message, and calls webhooks without
// the secret header. Everything else is the package's own.
'use strict';
const path = require('path');

const [folder, port, secret] = process.argv.slice(2);
const TelegramServer = require(folder);
const axios = require(require.resolve('axios', { paths: [path.resolve(folder)] }));

axios.defaults.headers.post['X-Telegram-Bot-Api-Secret-Token'] = secret;
const seconds = () => Math.floor(Date.now() / 1000);
const bot = { id: 666, is_bot: true, first_name: 'Test', username: 'TestNameBot' };

const format = TelegramServer.formatUpdate;
TelegramServer.formatUpdate = (update) => {
  const made = format(update);
  if (made.callback_query) {
    made.callback_query.chat_instance = '1';
    made.callback_query.message = { date: seconds(), message_id: 0, ...made.callback_query.message, from: bot };
  }
  return made;
};
const add = TelegramServer.prototype.addBotMessage;
TelegramServer.prototype.addBotMessage = function addBotMessage(...given) {
  return { ...add.apply(this, given), date: seconds(), from: bot };
};
const json = require(require.resolve('express', { paths: [path.resolve(folder)] })).response;
const send = json.json;
json.json = function mended(body) {
  if (body && body.ok && body.result === null) body.result = true;
  if (body && body.result && body.result.username === bot.username) body.result = bot;
  return send.call(this, body);
};

const server = new TelegramServer({ port: Number(port), host: '127.0.0.1' });
server.start().then(() => console.log('ready'));
