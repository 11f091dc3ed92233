import { expect, test } from "vitest";
import { readRegistryUrl, readRemoteUrl } from "../../src/source/remote-url.ts";

test.for([
  ["https://git.example.org/team/tool.git", "git.example.org", "team/tool"],
  ["https://git.example.org:8443/team/tool/", "git.example.org:8443", "team/tool"],
  ["ssh://git@git.example.org:2222/team/tool.git", "git.example.org:2222", "team/tool"],
  ["git@git.example.org:team/tool.git", "git.example.org", "team/tool"],
  ["file:///srv/git/tool.git", "", "srv/git/tool.git"],
] as const)("hands %s on as it is", ([text, host, path]) => {
  const remote = readRemoteUrl(text);

  expect(remote).toMatchObject({ url: text, host, path });
});

test.for([
  "https://github.com/Owner/Tool",
  "https://github.com/owner/tool.git",
  "https://github.com/owner/tool/pull/12/files",
  "https://github.com/owner/tool/tree/main/packages/a#readme",
  "github:owner/tool",
])("takes %s for the repository that the host shows there", (text) => {
  const { url, key } = readRemoteUrl(text);

  expect(url.toLowerCase()).toBe("https://github.com/owner/tool.git");
  expect(key).toBe("https:github.com/owner/tool");
});

test("keeps repositories apart whose hosts may tell them apart", () => {
  const texts = [
    "https://git.example.org/a/tool",
    "https://git.example.org/A/tool",
    "https://git.example.org/a/tool.git",
    "https://me@git.example.org/a/tool",
    "ssh://git.example.org/a/tool",
    "file:///a/tool",
  ];

  expect(new Set(texts.map((text) => readRemoteUrl(text).key)).size).toBe(texts.length);
});

test.for([
  "--upload-pack=touch /tmp/x",
  "ext::sh -c touch% /tmp/x",
  "http://git.example.org/a/b",
  "git://git.example.org/a/b",
  "fd::17",
  "ssh://-oProxyCommand=x/a/b",
  "ssh://%2doProxyCommand=x/a/b",
  "ssh://-x@git.example.org/a/b",
  "ssh://%2dx@git.example.org/a/b",
  "git@-oProxyCommand:a/b",
  "git@git.example.org:--upload-pack=x",
  "https:/git.example.org/a",
  "https://github.com/owner",
  "https://git.example.org/",
  "https://git.example.org/a\n/b",
  "file://host/a",
])("refuses %s", (text) => {
  expect(() => readRemoteUrl(text)).toThrow(expect.objectContaining({ code: "FIXES_URL_REFUSED" }));
});

test("refuses a password without repeating it", () => {
  const read = (): unknown => readRemoteUrl("https://me:secret@git.example.org/a/b");

  expect(read).toThrow(/credential helper/);
  expect(read).not.toThrow(/secret/);
});

test.for([
  ["git+https://github.com/owner/tool.git", "https://github.com/owner/tool.git"],
  ["git+ssh://git@github.com/owner/tool.git#main", "https://github.com/owner/tool.git"],
  ["git://github.com/owner/tool.git", "https://github.com/owner/tool.git"],
  ["http://www.github.com/owner/tool", "https://github.com/owner/tool.git"],
  ["git@github.com:owner/tool.git", "https://github.com/owner/tool.git"],
  ["owner/tool", "https://github.com/owner/tool.git"],
  ["github:owner/tool", "https://github.com/owner/tool.git"],
  ["gitlab:group/part/tool", "https://gitlab.com/group/part/tool.git"],
  ["git+https://git.example.org/a/b.git", "https://git.example.org/a/b.git"],
] as const)("reads a registry's %s as %s", ([text, url]) => {
  expect(readRegistryUrl(text).url).toBe(url);
});

test.for(["file:///etc", "git+file:///etc", "ext::sh -c x", "--upload-pack=x", "../../etc", "gist:123", ""])(
  "does not take %s from a registry",
  (text) => {
    expect(() => readRegistryUrl(text)).toThrow(expect.objectContaining({ code: "FIXES_URL_REFUSED" }));
  },
);
