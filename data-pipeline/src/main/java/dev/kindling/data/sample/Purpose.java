package dev.kindling.data.sample;

/** What random numbers are drawn for: the second key of every {@link RandomStream}. */
enum Purpose {
  ORDER(1),
  STORY(2),
  ADDRESSES_STORY(3),
  BROKEN_STORY(4),
  DEFECT(5),
  LAYOUT(6);

  private final long key;

  Purpose(long key) {
    this.key = key;
  }

  /** Fixed, so that corpora stay the same when purposes are added. */
  long key() {
    return key;
  }
}
