// For pages with blocks in frames: each frame becomes as high as its block. Only messages of a frame's own window, at the origin of its address, count.

addEventListener("message", ({ source, origin, data }) => {
  if (data?.diorama !== 1 || data.type !== "height" || !(data.height > 0)) return;
  for (const frame of document.querySelectorAll("iframe")) {
    if (frame.contentWindow === source && new URL(frame.src).origin === origin) frame.style.height = `${Math.min(data.height, 20_000)}px`;
  }
});
