/*
 * The style and the script of the pages, with their SHA-256 for the Content-Security-Policy (CSP
 * level 3, 2.3.1). Whoever changes a text changes its hash: tests/test_browser.py says which.
 */
#ifndef MOBPROC_HELPER_PAGE_TEXT_H
#define MOBPROC_HELPER_PAGE_TEXT_H

/* Where the script sends the fragment. */
#define PAGE_COLLECT_PATH "/token"

#define PAGE_STYLE_HASH "sha256-q/SWTVzr1FqZuTAYyfn8FDWi0UMLrsTn3fxhnzTno7I="
#define PAGE_SCRIPT_HASH "sha256-HvGLwDtNPoUtnqgNxwfym7ju+CYOpxRMyWod6M3ACBE="

/* clang-format off */
#define PAGE_STYLE \
    "\n" \
    ":root { color-scheme: light dark; --ink: #1c2128; --soft: #4a525c; --paper: #ffffff; --ground: #eef1f5;\n" \
    "  --line: #d5dae1; --mark: #3d5a80; }\n" \
    "@media (prefers-color-scheme: dark) {\n" \
    "  :root { --ink: #eceff3; --soft: #b6bec9; --paper: #20262e; --ground: #14181d; --line: #39424d;\n" \
    "    --mark: #8fb3e0; } }\n" \
    "* { box-sizing: border-box; }\n" \
    "body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;\n" \
    "  font: 1.0625rem/1.55 system-ui, sans-serif; color: var(--ink); background: var(--ground); }\n" \
    "main { width: 100%; max-width: 34rem; padding: 2rem 2.25rem; background: var(--paper);\n" \
    "  border: 1px solid var(--line); border-top: .375rem solid var(--mark); border-radius: .5rem; }\n" \
    ".good { --mark: #1a7f37; }\n" \
    ".bad { --mark: #b42318; }\n" \
    "@media (prefers-color-scheme: dark) {\n" \
    "  .good { --mark: #57c27a; }\n" \
    "  .bad { --mark: #ff8f80; } }\n" \
    "h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25; color: var(--mark); }\n" \
    "p { margin: 0 0 .75rem; overflow-wrap: anywhere; }\n"

#define PAGE_SCRIPT \
    "\n" \
    "\"use strict\";\n" \
    "const main = document.querySelector(\"main\");\n" \
    "const show = (tone, lines) => {\n" \
    "  const [heading, ...rest] = lines;\n" \
    "  document.title = heading + \" - mobproc\";\n" \
    "  main.className = tone;\n" \
    "  main.setAttribute(\"role\", tone === \"good\" ? \"status\" : \"alert\");\n" \
    "  main.replaceChildren(...lines.map((line, i) => {\n" \
    "    const element = document.createElement(i === 0 ? \"h1\" : \"p\");\n" \
    "    element.textContent = line;\n" \
    "    return element;\n" \
    "  }));\n" \
    "};\n" \
    "const fragment = location.hash.slice(1);\n" \
    "history.replaceState(null, \"\", location.pathname);\n" \
    "if (fragment === \"\") {\n" \
    "  show(\"bad\", [\"Nothing arrived\", \"The sign-in page sent no answer along.\",\n" \
    "    \"You can close this window and try again in the terminal.\"]);\n" \
    "} else {\n" \
    "  fetch(\"/token\", { method: \"POST\", body: fragment, credentials: \"omit\", cache: \"no-store\",\n" \
    "    redirect: \"error\", headers: { \"Content-Type\": \"application/x-www-form-urlencoded\" } })\n" \
    "    .then((answer) => answer.text().then((text) =>\n" \
    "      show(answer.ok ? \"good\" : \"bad\", text.trim().split(\"\\n\"))))\n" \
    "    .catch(() => show(\"bad\", [\"Nobody listens any more\",\n" \
    "      \"mobproc has ended meanwhile. You can close this window and try again in the terminal.\"]));\n" \
    "}\n"
/* clang-format on */

#endif
