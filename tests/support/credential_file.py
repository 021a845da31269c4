"""A credential in a file, as -o credentials=FILE wants it."""


def credential_file(path, text, mode=0o600):
    """Writes it anew, as another file than there was; says its path."""
    new = path.with_name(f'{path.name}.new')
    new.write_text(text)
    new.chmod(mode)
    new.rename(path)
    return path
