SELECT services FROM trace WHERE flags & 4;
