package dev.kindling.data.sample;

import java.util.List;
import java.util.Locale;

/** Dresses a text like a page of a web site, with everything around it that is no text. */
final class PageRenderer {
  private static final List<String> SITES =
      List.of("Fireside Tales", "The Story Shelf", "Evening Reader", "Old Mill Stories");

  private PageRenderer() {}

  /** A page whose main text is {@code text}; paragraphs are separated by blank lines. */
  static String html(String text, String language, int place, RandomStream layout) {
    String site = SITES.get(layout.nextInt(SITES.size()));
    StringBuilder page = new StringBuilder(text.length() + 3000);
    page.append("<!DOCTYPE html>\n<html lang=\"").append(language).append("\">\n<head>\n");
    page.append("<meta charset=\"utf-8\">\n<title>Page ").append(place).append(" - ").append(site);
    page.append("</title>\n<style>body { margin: 2em; } .sidebar { float: right; }</style>\n");
    page.append("<script>window.visits = (window.visits || 0) + 1; track('page-").append(place);
    page.append("');</script>\n</head>\n<body class=\"has-sidebar\">\n");
    page.append("<header><h1>").append(site).append("</h1>\n");
    page.append("<p>The best place on the web for stories that you can read in five minutes.</p>");
    page.append("</header>\n");
    navigation(page, place);
    content(page, text, layout);
    sidebar(page, place, layout);
    page.append(
        "<div class=\"cookie-notice\"><p>We use cookies to make this site better for you. ");
    page.append("By reading on you agree to that.</p></div>\n");
    page.append("<footer><p>Copyright ").append(site).append(". All rights reserved.</p>");
    page.append("<a href=\"/imprint\">Imprint</a> <a href=\"/privacy\">Privacy</a></footer>\n");
    page.append("<script src=\"/static/menu.js\"></script>\n</body>\n</html>\n");
    return page.toString();
  }

  private static void navigation(StringBuilder page, int place) {
    page.append("<nav><ul>");
    for (String entry : List.of("Home", "Stories", "Authors", "About", "Contact")) {
      page.append("<li><a href=\"/").append(entry.toLowerCase(Locale.ROOT)).append("\">");
      page.append(entry).append("</a></li>");
    }
    page.append("</ul></nav>\n<div class=\"breadcrumbs\"><a href=\"/\">Home</a> &raquo; ");
    page.append("<a href=\"/stories\">Stories</a> &raquo; Page ").append(place).append("</div>\n");
  }

  private static void content(StringBuilder page, String text, RandomStream layout) {
    // Not every site says where its content is.
    String element = List.of("article", "main", "div").get(layout.nextInt(3));
    page.append('<').append(element).append(" class=\"text\">\n");
    for (String paragraph : text.split("\n\n", -1)) {
      page.append("<p>").append(escape(paragraph)).append("</p>\n");
    }
    page.append("</").append(element).append(">\n");
  }

  private static void sidebar(StringBuilder page, int place, RandomStream layout) {
    page.append("<div class=\"sidebar\"><h3>Related stories</h3><ul>");
    for (int i = 0; i < 3; i++) {
      int other = Math.max(0, place + layout.nextInt(-50, 50));
      page.append("<li><a href=\"/page-").append(other).append("\">Read the story of page ");
      page.append(other).append(" next</a></li>");
    }
    page.append("</ul></div>\n<ul><li><a href=\"/page-").append(place + 1);
    page.append("\">The next story is waiting for you.</a></li></ul>\n");
    page.append("<div>Share this page</div>\n");
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }
}
