package dev.kindling.data.extract;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;
import org.jsoup.select.Elements;
import org.jsoup.select.Evaluator;
import org.jsoup.select.QueryParser;

/**
 * The main text of a web page. A short heuristic in the spirit of boilerplate detection by shallow
 * text features (Kohlschütter et al. 2010), in this order:
 *
 * <ol>
 *   <li>elements that never hold text for readers are dropped: scripts, styles, controls of forms,
 *       media; and those that say of themselves that they are not the content: {@code nav}, {@code
 *       header}, {@code footer}, {@code aside}, ARIA roles, and classes or ids such as {@code
 *       sidebar}, {@code cookie} or {@code related}, unless they hold more than half of the page;
 *   <li>if the page has {@code main}, or exactly one {@code article}, only that is looked at;
 *   <li>what is left is cut into blocks at block elements ({@link HtmlBlocks});
 *   <li>a block is dropped if more than half of it is link text, or if it has fewer than {@value
 *       HtmlBlocks#MIN_CHARACTERS} characters and does not end like a sentence; a heading stays
 *       only if a block that stays follows it before the next heading.
 * </ol>
 *
 * <p>Blocks are joined by a blank line.
 */
final class HtmlText {
  private static final Evaluator NEVER_TEXT =
      QueryParser.parse(
          "script, style, noscript, template, input, textarea, button, select, iframe, object, embed, svg, math,"
              + " canvas, audio, video, dialog, head, [hidden], [aria-hidden=true]");
  private static final Evaluator NOT_CONTENT =
      QueryParser.parse(
          "nav, header, footer, aside, menu, [role=navigation], [role=banner], [role=contentinfo],"
              + " [role=complementary], [role=search]");
  private static final Evaluator NAMED = QueryParser.parse("[class], [id]");
  private static final Evaluator MAIN = QueryParser.parse("main, [role=main]");
  private static final Evaluator ARTICLE = QueryParser.parse("article");
  private static final Set<String> BOILERPLATE_NAMES =
      Set.of(
          "ad",
          "ads",
          "advert",
          "advertisement",
          "banner",
          "breadcrumb",
          "breadcrumbs",
          "comment",
          "comments",
          "cookie",
          "cookies",
          "copyright",
          "footer",
          "header",
          "masthead",
          "menu",
          "modal",
          "nav",
          "navbar",
          "navigation",
          "newsletter",
          "pagination",
          "popup",
          "promo",
          "related",
          "share",
          "sharing",
          "sidebar",
          "social",
          "sponsor",
          "subscribe",
          "toolbar",
          "widget");
  private static final Pattern NAME_SEPARATOR = Pattern.compile("[^a-z0-9]+");

  private HtmlText() {}

  /** The main text of a page's markup. */
  static String of(String html) {
    Element body = Jsoup.parse(html).body();
    body.select(NEVER_TEXT).remove();
    removeBoilerplate(body);
    return HtmlBlocks.textOf(mainOf(body));
  }

  private static void removeBoilerplate(Element body) {
    int whole = body.text().length();
    Elements suspects = body.select(NOT_CONTENT);
    for (Element element : body.select(NAMED)) {
      if (hasBoilerplateName(element)) {
        suspects.add(element);
      }
    }
    for (Element suspect : suspects) {
      // A page that calls its whole body "page-with-sidebar" must not vanish.
      if (suspect.text().length() * 2 <= whole) {
        suspect.remove();
      }
    }
  }

  private static boolean hasBoilerplateName(Element element) {
    String names = (element.className() + " " + element.id()).toLowerCase(Locale.ROOT);
    for (String name : NAME_SEPARATOR.split(names, -1)) {
      if (BOILERPLATE_NAMES.contains(name)) {
        return true;
      }
    }
    return false;
  }

  private static Element mainOf(Element body) {
    Element main = body.selectFirst(MAIN);
    if (main != null) {
      return main;
    }
    Elements articles = body.select(ARTICLE);
    return articles.size() == 1 ? articles.get(0) : body;
  }
}
