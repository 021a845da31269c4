/* Asks another web service of 24SevenOffice which client the mounted session acts for:
     java WhichClient.java /srv/acme [URL]
   Java 11 or newer, and nothing else. */
import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class WhichClient {
    static final String NAMESPACE = "http://24sevenOffice.com/webservices";
    static final String QUESTION = "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body>"
        + "<GetClientInformation xmlns=\"" + NAMESPACE + "\"/></e:Body></e:Envelope>";

    final Path mount;
    final URI url;
    final HttpClient client = HttpClient.newHttpClient();

    WhichClient(String mount, String url) {
        this.mount = Path.of(mount);
        this.url = URI.create(url);
    }

    public static void main(String[] arguments) throws Exception {
        String url = arguments.length > 1 ? arguments[1]
            : "https://api.24sevenoffice.com/Client/V001/ClientService.asmx";
        System.exit(new WhichClient(arguments[0], url).run());
    }

    int run() throws Exception {
        Document answer;
        try {
            answer = call(readCookie());
            if (textOf(answer, "faultstring").toLowerCase().contains("not authenticated")) {
                renewCookie();
                answer = call(readCookie());
            }
        } catch (NoCookie none) {
            System.err.println(reason(none));
            return 1;
        }
        if (textOf(answer, "ClientId").isEmpty()) {
            System.err.println("WhichClient: " + textOf(answer, "faultstring"));
            return 1;
        }
        System.out.println(textOf(answer, "ClientId") + " " + textOf(answer, "ClientName"));
        return 0;
    }

    /** The session id, anew for each call. */
    String readCookie() throws NoCookie {
        try {
            return Files.readString(mount.resolve("export/cookie.raw"));
        } catch (IOException error) {
            throw new NoCookie(error);
        }
    }

    /** An open with O_DIRECT has so24fs ask the service whether the session is alive, and renew it if not. */
    void renewCookie() throws NoCookie {
        try {
            FileChannel.open(mount.resolve("cookie"), StandardOpenOption.READ, ExtendedOpenOption.DIRECT).close();
        } catch (IOException error) {
            throw new NoCookie(error);
        }
    }

    Document call(String cookie) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(url).timeout(Duration.ofSeconds(60))
            .header("Content-Type", "text/xml; charset=utf-8")
            .header("SOAPAction", "\"" + NAMESPACE + "/GetClientInformation\"")
            .header("Cookie", "ASP.NET_SessionId=" + cookie)
            .POST(HttpRequest.BodyPublishers.ofString(QUESTION)).build();
        String body = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        factory.setNamespaceAware(true);
        return factory.newDocumentBuilder().parse(new InputSource(new StringReader(body)));
    }

    static String textOf(Document answer, String name) {
        NodeList found = answer.getElementsByTagNameNS("*", name);
        return found.getLength() == 0 ? "" : found.item(0).getTextContent();
    }

    /** In the mount's words, or in the system's if it cannot say. */
    String reason(NoCookie none) {
        try {
            return Files.readString(mount.resolve("error")).strip();
        } catch (IOException error) {
            return "WhichClient: " + none.getMessage();
        }
    }

    static class NoCookie extends Exception {
        NoCookie(IOException cause) {
            super(cause.toString());
        }
    }
}
