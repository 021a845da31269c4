/* Asks another web service of 24SevenOffice which client the mounted session acts for. .NET 6 or newer, on Linux; as
   Program.cs of a console project:   dotnet run /srv/acme [URL]
   No test compiles this one: a .NET runtime is not among what the tests install. It does what WhichClient.java does. */
using System.Diagnostics;
using System.Xml.Linq;

XNamespace service = "http://24sevenOffice.com/webservices";
XNamespace soap = "http://schemas.xmlsoap.org/soap/envelope/";
var mount = args[0];
var url = args.Length > 1 ? args[1] : "https://api.24sevenoffice.com/Client/V001/ClientService.asmx";
// Without UseCookies = false the handler's own jar takes over from the header.
using var client = new HttpClient(new HttpClientHandler { UseCookies = false });

try
{
    var answer = await Call(ReadCookie());
    if (Text(answer, "faultstring").Contains("not authenticated", StringComparison.OrdinalIgnoreCase))
    {
        RenewCookie();
        answer = await Call(ReadCookie());
    }
    var id = Text(answer, "ClientId");
    if (id == "")
    {
        Console.Error.WriteLine("WhichClient: " + Text(answer, "faultstring"));
        return 1;
    }
    Console.WriteLine(id + " " + Text(answer, "ClientName"));
    return 0;
}
catch (Exception error) when (error is IOException or UnauthorizedAccessException)
{
    Console.Error.Write(Reason(error));
    return 1;
}

// The session id, anew for each call.
string ReadCookie() => File.ReadAllText(Path.Combine(mount, "export", "cookie.raw"));

// .NET knows no O_DIRECT: with it, so24fs asks the service whether the session is alive, and renews it if not.
void RenewCookie()
{
    using var dd = Process.Start("dd", new[] { $"if={mount}/cookie", "iflag=direct", "of=/dev/null", "status=none" });
    dd.WaitForExit();
    if (dd.ExitCode != 0)
        throw new IOException("the session could not be renewed");
}

async Task<XDocument> Call(string cookie)
{
    var question = new XDocument(new XElement(soap + "Envelope", new XElement(soap + "Body",
        new XElement(service + "GetClientInformation"))));
    using var request = new HttpRequestMessage(HttpMethod.Post, url);
    request.Headers.Add("SOAPAction", "\"http://24sevenOffice.com/webservices/GetClientInformation\"");
    request.Headers.Add("Cookie", $"ASP.NET_SessionId={cookie}");
    request.Content = new StringContent(question.ToString(), System.Text.Encoding.UTF8, "text/xml");
    using var response = await client.SendAsync(request);
    return XDocument.Parse(await response.Content.ReadAsStringAsync());
}

static string Text(XDocument answer, string name) =>
    answer.Descendants().FirstOrDefault(element => element.Name.LocalName == name)?.Value ?? "";

// In the mount's words, or in the system's if it cannot say.
string Reason(Exception error)
{
    try { return File.ReadAllText(Path.Combine(mount, "error")); }
    catch (IOException) { return $"WhichClient: {error.Message}\n"; }
}
