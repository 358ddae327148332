"""The pages that people work in: server-rendered, usable without JavaScript, loading nothing from another host."""
