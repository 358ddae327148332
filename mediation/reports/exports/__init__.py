"""导出: lists with persons in them leave the house as files only with a reason, a mark, and from a size on a second person's word."""
