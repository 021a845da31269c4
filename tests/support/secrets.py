"""The secrets of a test: whatever is registered here must not be found in a log, in `error` or on a command line."""


import html


class Secrets:
    def __init__(self):
        self._texts = set()

    def add(self, *texts):
        """Registers secrets. Short ones are refused: they would be found by chance."""
        for text in texts:
            text = text.strip()
            assert len(text) >= 8, f'{text!r} is too short to be looked for'
            self._texts.add(text)

    def found_in(self, text):
        """The registered secrets in `text`: as they are, XML-escaped or in other blanks; all but two characters do."""
        texts = [_with_single_blanks(each) for each in (text, html.unescape(text))]
        return sorted(secret for secret in self._texts
                      if any(_with_single_blanks(secret)[:-2] in each for each in texts))


def _with_single_blanks(text):
    return ' '.join(text.split())
