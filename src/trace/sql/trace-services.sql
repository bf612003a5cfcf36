SELECT services FROM trace WHERE spans > 0;
