package dev.kindling.data.extract;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.select.NodeVisitor;

/** Cuts an element into blocks of text and keeps those that read like content. */
final class HtmlBlocks implements NodeVisitor {
  static final int MIN_CHARACTERS = 25;

  private static final double MAX_LINK_DENSITY = 0.5;
  private static final String SENTENCE_ENDS = ".!?:;…\"'”’»)。！？：；」』）";
  private static final Set<String> HEADINGS = Set.of("h1", "h2", "h3", "h4", "h5", "h6");

  private final StringBuilder block = new StringBuilder();
  private final List<String> kept = new ArrayList<>();
  private String heading;
  private int linkCharacters;
  private int links;
  private int preformatted;

  private HtmlBlocks() {}

  /** The text of the blocks that are kept, joined by blank lines. */
  static String textOf(Element element) {
    HtmlBlocks blocks = new HtmlBlocks();
    element.traverse(blocks);
    blocks.endBlock(false);
    return String.join("\n\n", blocks.kept);
  }

  @Override
  public void head(Node node, int depth) {
    if (node instanceof TextNode text) {
      append(text.getWholeText());
    } else if (node instanceof Element element) {
      if (element.nameIs("br")) {
        block.append('\n');
      } else if (isBlock(element)) {
        endBlock(false);
      }
      links += element.nameIs("a") ? 1 : 0;
      preformatted += element.nameIs("pre") ? 1 : 0;
    }
  }

  @Override
  public void tail(Node node, int depth) {
    if (node instanceof Element element) {
      if (isBlock(element)) {
        endBlock(HEADINGS.contains(element.normalName().toLowerCase(Locale.ROOT)));
      }
      links -= element.nameIs("a") ? 1 : 0;
      preformatted -= element.nameIs("pre") ? 1 : 0;
    }
  }

  /** A line break is a block to jsoup, but not to a reader. */
  private static boolean isBlock(Element element) {
    return element.isBlock() && !element.nameIs("br");
  }

  private void append(String text) {
    int before = block.length();
    if (preformatted > 0) {
      block.append(text);
    } else {
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        if (c != ' ' && c != '\n' && c != '\t' && c != '\r' && c != '\f') {
          block.append(c);
        } else if (!block.isEmpty() && !endsWithSpace()) {
          block.append(' ');
        }
      }
    }
    if (links > 0) {
      linkCharacters += block.length() - before;
    }
  }

  private boolean endsWithSpace() {
    char last = block.charAt(block.length() - 1);
    return last == ' ' || last == '\n';
  }

  private void endBlock(boolean isHeading) {
    String text = block.toString().strip();
    int inLinks = linkCharacters;
    block.setLength(0);
    linkCharacters = 0;
    if (text.isEmpty()) {
      return;
    }
    if (isHeading) {
      heading = text;
      return;
    }
    if (inLinks > MAX_LINK_DENSITY * text.length() || !readsLikeContent(text)) {
      return;
    }
    if (heading != null) {
      kept.add(heading);
      heading = null;
    }
    kept.add(text);
  }

  private static boolean readsLikeContent(String text) {
    return text.length() >= MIN_CHARACTERS
        || SENTENCE_ENDS.indexOf(text.charAt(text.length() - 1)) >= 0;
  }
}
