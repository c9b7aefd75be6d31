/* K-Mikro interface glue: an external file, no eval, no inline handlers, so it runs under script-src 'self'. */
(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // ── toasts: HX-Trigger {"toast": {text, tone, url, action}}; failures stay until dismissed
  function toast(detail) {
    const box = one('#toasts');
    if (!box) return;
    const { text, tone = 'ok', url, action } = typeof detail === 'string' ? { text: detail } : detail;
    const copy = one(tone === 'bad' ? '#toast-bad' : '#toast-ok').content.cloneNode(true);
    const node = copy.firstElementChild;
    one('[data-text]', node).textContent = text;
    if (url && action && url.startsWith('/') && !url.startsWith('//')) {
      const link = document.createElement('a');
      link.className = 'act px-2'; link.href = url; link.textContent = action;
      one('[data-text]', node).after(link);
    }
    box.append(node);
    if (tone !== 'bad') fade(node);
  }
  const fade = node => setTimeout(() => node.remove(), 6000);
  document.addEventListener('toast', event => toast(event.detail.value ?? event.detail));

  // ── dialogs: one shared <dialog id="dialog"> is filled by htmx; any dialog opens by command/commandfor
  function closeDialog(dialog) { if (dialog?.open) dialog.close(); }
  document.addEventListener('htmx:afterSwap', event => {
    const dialog = event.detail.target;
    if (dialog?.id === 'dialog' && dialog.childElementCount && !dialog.open) dialog.showModal();
  });
  document.addEventListener('htmx:afterRequest', event => {
    const dialog = event.detail.elt?.closest?.('dialog');
    if (dialog && event.detail.successful && event.detail.requestConfig?.verb !== 'get') closeDialog(dialog);
  });

  // ── clicks
  document.addEventListener('click', event => {
    const target = event.target.closest('[data-close-dialog]');
    const dialog = target?.closest('dialog');
    if (dialog) { event.preventDefault(); event.stopPropagation(); closeDialog(dialog); }
  }, true);
  document.addEventListener('click', event => {
    if (event.target.closest('[data-theme-toggle]')) {
      const dark = getComputedStyle(document.documentElement).colorScheme === 'dark';
      const theme = dark ? 'light' : 'dark';
      document.documentElement.dataset.theme = theme;
      document.cookie = `theme=${theme};path=/;max-age=31536000;samesite=lax${location.protocol === 'https:' ? ';secure' : ''}`;
    }
    const opener = event.target.closest('[commandfor]');
    if (opener) opener.closest('details.menu')?.removeAttribute('open');
    if (opener && !('commandForElement' in HTMLButtonElement.prototype)) {
      const dialog = document.getElementById(opener.getAttribute('commandfor'));
      if (opener.getAttribute('command') === 'show-modal') dialog?.showModal(); else closeDialog(dialog);
    }
    const copy = event.target.closest('[data-copy]');
    if (copy) copyText(document.getElementById(copy.dataset.copy), copy.dataset.copied || 'Copied');
    all('details.menu[open]').forEach(menu => { if (!menu.contains(event.target)) menu.removeAttribute('open'); });
    event.target.closest('[data-dismiss]')?.closest('.toast')?.remove();
    if (event.target instanceof HTMLDialogElement && event.target.matches('.dialog')) closeDialog(event.target);
  });
  function copyText(source, said) {
    if (!source) return;
    const select = () => { getSelection().selectAllChildren(source); return document.execCommand('copy'); };
    if (!navigator.clipboard) { select(); toast(said); return; }
    navigator.clipboard.writeText(source.textContent.trim()).then(() => toast(said), () => { select(); toast(said); });
  }

  // ── keys
  document.addEventListener('keydown', event => {
    if (event.key === 'Escape') all('details.menu[open]').forEach(menu => { menu.removeAttribute('open'); one('summary', menu).focus(); });
    const typing = /INPUT|TEXTAREA|SELECT/.test(event.target.tagName);
    if (!typing && (event.key === '/' || (event.key === 'k' && (event.metaKey || event.ctrlKey)))) {
      const search = all('.search input[type=search]').find(input => input.offsetParent);
      if (search) { event.preventDefault(); search.focus(); }
    }
  });

  // ── forms: a submit button goes busy and cannot be pressed twice
  document.addEventListener('submit', event => {
    const form = event.target, button = event.submitter;
    if (event.defaultPrevented && !form.closest('[hx-boost=true]')) return;
    if (!button || form.method === 'get' || form.method === 'dialog' || form.hasAttribute('data-download')) return;
    if (button.getAttribute('aria-busy') === 'true') { event.preventDefault(); event.stopImmediatePropagation(); return; }
    button.setAttribute('aria-busy', 'true');
  }, true);
  const rest = root => all('[aria-busy=true]', root).forEach(node => { if (node.matches('button')) node.removeAttribute('aria-busy'); });
  document.addEventListener('htmx:afterRequest', event => { if (event.detail.elt instanceof Element) rest(event.detail.elt); });
  addEventListener('pageshow', event => { if (event.persisted) rest(document); });
  document.addEventListener('change', event => {
    const node = event.target;
    if (node.matches('[data-check-all]')) all('[data-row-check]').forEach(row => { row.checked = node.checked; });
    if (node.matches('[data-check-all],[data-row-check]')) countRows();
    if (node.matches('[data-enables]')) { const button = document.getElementById(node.dataset.enables); if (button) button.disabled = !node.checked; }
  });
  document.addEventListener('input', event => {
    const word = event.target.dataset?.match, button = word && document.getElementById(event.target.dataset.for);
    if (button) button.disabled = event.target.value.trim() !== word;
  });
  function countRows() {
    const bar = one('[data-bulk]');
    if (!bar) return;
    const rows = all('[data-row-check]'), on = rows.filter(row => row.checked), master = one('[data-check-all]');
    bar.hidden = !on.length;
    one('[data-bulk-count]', bar).textContent = on.length;
    rows.forEach(row => row.closest('tr')?.setAttribute('aria-selected', row.checked));
    if (master) { master.checked = on.length > 0 && on.length === rows.length; master.indeterminate = on.length > 0 && on.length < rows.length; }
  }

  // ── htmx: failures are said; a page that fails on a boosted link is shown as a page
  document.addEventListener('htmx:beforeSwap', event => {
    const { xhr, boosted, requestConfig } = event.detail;
    if (boosted && xhr.status >= 400 && xhr.status !== 422 && requestConfig.verb === 'get') location.assign(requestConfig.path);
    else if (boosted && xhr.status >= 400 && /^text\/html/.test(xhr.getResponseHeader('Content-Type') || '')) event.detail.shouldSwap = true;
  });
  const polls = node => /^every/.test(node?.getAttribute?.('hx-trigger') || '');
  document.addEventListener('htmx:responseError', event => {
    if (event.detail.boosted || polls(event.detail.elt)) return;
    toast({ tone: 'bad', text: event.detail.xhr.getResponseHeader('X-Message') || `Not done: the server answered ${event.detail.xhr.status}. Nothing was changed on this page.` });
  });
  document.addEventListener('htmx:sendError', event => {
    if (!polls(event.detail.elt)) toast({ tone: 'bad', text: 'Not sent: there is no connection. Try again when you are online.' });
  });
  // polling stops in a hidden tab (a [filter] in hx-trigger would need eval) and catches up on return
  document.addEventListener('htmx:beforeRequest', event => {
    if (document.hidden && polls(event.detail.elt)) event.preventDefault();
  });
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return;
    all('[hx-get][hx-trigger^=every]').forEach(node => window.htmx?.ajax('GET', node.getAttribute('hx-get'), { source: node, target: node, swap: node.getAttribute('hx-swap') || 'innerHTML' }));
  });

  // ── what has to be set up again for every new piece of page
  const once = (node, mark) => { if (node.dataset[mark]) return false; node.dataset[mark] = '1'; return true; };
  function start(root) {
    all('[data-fades]', root).forEach(node => { if (once(node, 'fading')) fade(node); });
    one('[data-focus]', root)?.focus();
    all('.tabs, .chips', root).forEach(row => {
      const current = one('[aria-current]', row);
      if (current) row.scrollLeft = current.offsetLeft - row.offsetLeft - 48;
    });
    all('[data-countdown]', root).forEach(node => {
      if (!once(node, 'counting')) return;
      const end = Date.now() + node.dataset.countdown * 1000; // decoration: the server or the router decides
      const timer = setInterval(() => {
        if (!node.isConnected) { clearInterval(timer); return; }
        const left = Math.max(0, Math.round((end - Date.now()) / 1000));
        node.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
      }, 1000);
    });
    const index = one('[data-spy]', root);
    if (index && once(index, 'spying')) {
      const watcher = new IntersectionObserver(entries => entries.forEach(entry => {
        if (entry.isIntersecting) all('a', index).forEach(link => {
          if (link.hash === `#${entry.target.id}`) link.setAttribute('aria-current', 'true'); else link.removeAttribute('aria-current');
        });
      }), { rootMargin: '-15% 0px -70% 0px' });
      all('a[href^="#"]', index).forEach(link => { const part = document.getElementById(link.hash.slice(1)); if (part) watcher.observe(part); });
    }
    countRows();
  }
  document.addEventListener('htmx:load', event => start(event.detail.elt));
  start(document);
})();
