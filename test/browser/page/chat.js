/** A small client, as a front end of another origin is: fetch, WebSocket, and the bucket's URLs. */

const query = new URLSearchParams(location.search);
const [httpUrl, webSocketUrl, room] = ["http", "socket", "room"].map((name) => query.get(name));

let token = "";
let userId = "";

const say = (text) => {
  document.querySelector("#status").textContent = text;
};

const api = async (method, path, body) => {
  const response = await fetch(`${httpUrl}${path}`, {
    method,
    headers: {
      "content-type": "application/json",
      ...(token !== "" && { authorization: `Bearer ${token}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.errors?.[0]?.message ?? answer.detail);
  return answer;
};

const fileLink = ({ url, file_name }) => {
  const link = document.createElement("a");
  link.href = url;
  link.textContent = file_name;
  return link;
};

const picture = (url, alt) => {
  const image = document.createElement("img");
  image.alt = alt;
  image.src = url;
  return image;
};

const show = ({ sender, content, message_type, attachments }) => {
  const item = document.createElement("li");
  if (sender.profile_picture) item.append(picture(sender.profile_picture, sender.display_name));
  item.append(content);
  for (const file of attachments)
    item.append(message_type === "image" ? picture(file.url, file.file_name) : fileLink(file));
  document.querySelector("#messages").append(item);
};

const connect = async () => {
  const { ticket } = await api("POST", "/api/auth/ws-ticket");
  const socket = new WebSocket(`${webSocketUrl}?ticket=${encodeURIComponent(ticket)}`);
  socket.onmessage = ({ data }) => {
    const event = JSON.parse(data);
    if (event.type === "message") show(event.message);
  };
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error("The socket was refused."));
  });
};

/** Uploads a file to the URL in the answer that began the upload. */
const put = async ({ file_id, upload }, file) => {
  const { ok, status } = await fetch(upload.url, {
    method: upload.method,
    headers: upload.headers,
    body: file,
  });
  if (!ok) throw new Error(`The upload was answered with ${status}.`);
  return file_id;
};

const uploadFile = async (file) => {
  const kind = file.type.startsWith("image/") ? "image" : "file";
  const about = { file_name: file.name, file_size: file.size, media_type: file.type, room };
  return put(await api("POST", `/api/chat/upload/${kind}`, about), file);
};

const onSubmit = (id, work) => {
  const form = document.querySelector(id);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    say("...");
    try {
      await work(new FormData(form));
      say("done");
    } catch (error) {
      say(`failed: ${error.message}`);
    }
    form.reset();
  });
};

onSubmit("#login", async (form) => {
  const body = { email: form.get("email"), password: form.get("password") };
  const session = await api("POST", "/api/auth/login", body);
  token = session.access_token;
  userId = session.user.id;
  await connect();
});

onSubmit("#picture", async (form) => {
  const file = form.get("file");
  const about = { file_size: file.size, media_type: file.type };
  const file_id = await put(await api("POST", "/api/chat/upload/avatar", about), file);
  await api("PUT", `/api/chat/users/${userId}/avatar`, { file_id });
});

onSubmit("#send", async (form) => {
  const file = form.get("file");
  const file_id = file.size > 0 ? await uploadFile(file) : undefined;
  const content = form.get("content");
  await api("POST", `/api/chat/rooms/${room}/messages`, { file_id, ...(content && { content }) });
});
